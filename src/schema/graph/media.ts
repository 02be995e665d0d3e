import type { MediaFilter } from '../../domain/graph/filter.ts'
import type { MediaRecord } from '../../readers/media-reader.ts'
import { listEntities } from '../../resolvers/entity.ts'
import { getBestDerivative, getMedia, getSrcSet, listDerivatives, listMedia } from '../../resolvers/media.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, nodeSelection, pagingArguments, wantedOf } from '../base/connection.ts'
import { semanticNonNull, withDirectives } from '../base/directives.ts'
import { EntityConnection } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { KeyFilter, StringFilter } from './filters.ts'
import {
  addressOf,
  DerivativeFilterInput,
  MediaDerivative,
  previewDescription,
  previewOf,
} from './media-derivative.ts'
import { globalId, Node } from '../base/node.ts'
import { requiresRole } from '../base/roles.ts'
import { selectionOf } from '../base/selection.ts'
import { StorageBackendKind } from '../content/storage.ts'

const MediaKind = builder.enumType('MediaKind', {
  values: ['IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT', 'MODEL', 'OTHER'] as const,
})
const AvailabilityStatus = builder.enumType('AvailabilityStatus', {
  values: ['VERIFIED', 'UNVERIFIED', 'MISSING', 'MISMATCH'] as const,
})

const Point = builder.objectRef<{ x: number; y: number }>('Point')
Point.implement({ fields: (t) => ({ x: t.exposeFloat('x'), y: t.exposeFloat('y') }) })

const BackendCheck = builder.objectRef<MediaRecord['availabilityBackends'][number]>('BackendCheck')
BackendCheck.implement({
  fields: (t) => ({
    backend: t.expose('backend', { type: StorageBackendKind }),
    present: t.exposeBoolean('present'),
    hashMatches: t.exposeBoolean('hashMatches', { nullable: true }),
  }),
})

const MediaAvailability = builder.objectRef<MediaRecord>('MediaAvailability')
MediaAvailability.implement({
  description: 'Which backends hold the bytes, and whether they match `contentHash`.',
  fields: (t) => ({
    status: t.expose('availability', { type: AvailabilityStatus }),
    backends: t.expose('availabilityBackends', { type: [BackendCheck] }),
    checkedAt: t.expose('availabilityCheckedAt', { type: 'DateTime', nullable: true }),
  }),
})

export const MediaObject = builder.objectRef<MediaRecord>('MediaObject')
MediaObject.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('MediaObject') }),
    key: t.expose('key', { type: 'Key' }),
    kind: t.expose('kind', { type: MediaKind }),
    url: t.field({ type: 'URL', resolve: ({ url }, _, context) => addressOf(context, url) }),
    previewUrl: t.field({
      type: 'URL',
      nullable: true,
      description: previewDescription,
      ...withDirectives(requiresRole('EDITOR')),
      resolve: ({ url }, _, context) => previewOf(context, url),
    }),
    mimeType: t.exposeString('mimeType'),
    byteSize: t.expose('byteSize', { type: 'Long', nullable: true }),
    contentHash: t.expose('contentHash', { type: 'SHA256', nullable: true }),
    width: t.exposeInt('width', { nullable: true }),
    height: t.exposeInt('height', { nullable: true }),
    durationSeconds: t.exposeFloat('durationSeconds', { nullable: true }),
    alt: t.exposeString('alt', { nullable: true }),
    caption: t.exposeString('caption', { nullable: true }),
    credit: t.exposeString('credit', { nullable: true }),
    license: t.expose('license', { type: 'URL', nullable: true }),
    focalPoint: t.field({
      type: Point,
      nullable: true,
      resolve: ({ focalX: x, focalY: y }) => (x === null || y === null ? null : { x, y }),
    }),
    thumbHash: t.exposeString('thumbHash', { nullable: true, description: 'Base64 ThumbHash placeholder.' }),
    derivatives: t.field({
      type: [MediaDerivative],
      args: { where: t.arg({ type: DerivativeFilterInput }) },
      resolve: ({ id }, { where }, context) => listDerivatives(context, id, where),
    }),
    derivative: t.field({
      type: MediaDerivative,
      nullable: true,
      description: 'Smallest derivative that covers the box; the original if none does.',
      args: {
        minWidth: t.arg.int(),
        minHeight: t.arg.int(),
        preset: t.arg({ type: 'Key' }),
        accept: t.arg.stringList(),
      },
      resolve: ({ id }, request, context) => getBestDerivative(context, id, request),
    }),
    srcSet: t.string({
      nullable: true,
      args: { format: t.arg.string() },
      resolve: ({ id }, { format }, context) =>
        getSrcSet(context, id, format, (url) => addressOf(context, url)),
    }),
    usedBy: t.field({
      type: EntityConnection,
      description: 'Everything that shows it. Deleting is refused while not empty, unless forced.',
      args: pagingArguments,
      resolve: ({ id }, args, context, info) => {
        const selection = selectionOf(info)
        const fields = entityFields(nodeSelection(selection))
        return listEntities(context, args, wantedOf(selection), fields, { of: 'media', id })
      },
    }),
    availability: t.field({ type: MediaAvailability, resolve: (media) => media }),
    revision: t.exposeInt('revision'),
  }),
})

export const MediaConnection = connectionOf(() => MediaObject, 'MediaConnection', 'MediaEdge')

export const MediaFilterInput = builder.inputRef<MediaFilter>('MediaFilter')
MediaFilterInput.implement({
  fields: (t) => ({
    and: t.field({ type: [MediaFilterInput] }),
    or: t.field({ type: [MediaFilterInput] }),
    not: t.field({ type: MediaFilterInput }),
    key: t.field({ type: KeyFilter }),
    kind: t.field({ type: [MediaKind] }),
    mimeType: t.field({ type: StringFilter }),
    unused: t.boolean(),
    missingAlt: t.boolean(),
    availability: t.field({ type: [AvailabilityStatus] }),
  }),
})

export const MediaLookup = builder.inputType('MediaLookup', {
  isOneOf: true,
  fields: (t) => ({ id: t.id(), key: t.field({ type: 'Key' }), contentHash: t.field({ type: 'SHA256' }) }),
})

builder.queryFields((t) => ({
  media: t.field({
    type: MediaObject,
    nullable: true,
    args: { by: t.arg({ type: MediaLookup, required: true }) },
    resolve: (_, { by }, context) => getMedia(context, by),
  }),
  mediaObjects: t.field({
    type: MediaConnection,
    nullable: true,
    ...withDirectives(semanticNonNull),
    args: { where: t.arg({ type: MediaFilterInput }), ...pagingArguments },
    resolve: (_, args, context, info) => listMedia(context, args, wantedOf(selectionOf(info))),
  }),
}))
