import type { DerivativeRecord } from '../../readers/media-reader.ts'
import { signAddress } from '../../domain/media/signed-address.ts'
import { getOriginal } from '../../resolvers/media.ts'
import { builder } from '../base/builder.ts'
import type { Context } from '../base/context.ts'
import { withDirectives } from '../base/directives.ts'
import { KeyFilter, StringFilter } from './filters.ts'
import { MediaObject } from './media.ts'
import { globalId, Node } from '../base/node.ts'
import { requiresRole } from '../base/roles.ts'

/** An absolute address; local files are stored as paths, so that the server may move. */
export function addressOf({ baseUrl }: Pick<Context, 'baseUrl'>, url: string): string {
  return url.startsWith('/') ? baseUrl + url : url
}

/** A temporary address for a file of this server, published or not; null for other servers' files. */
export function previewOf({ baseUrl, cursorKey }: Pick<Context, 'baseUrl' | 'cursorKey'>, url: string) {
  return url.startsWith('/') ? baseUrl + signAddress(cursorKey, url, Date.now()) : null
}

export const previewDescription =
  'The file for 15 minutes and for whoever has this address, also while nothing published shows it; null where another server keeps it.'

export const MediaDerivative = builder.objectRef<DerivativeRecord>('MediaDerivative')
MediaDerivative.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('MediaDerivative') }),
    preset: t.expose('preset', { type: 'Key' }),
    url: t.field({ type: 'URL', resolve: ({ url }, _, context) => addressOf(context, url) }),
    previewUrl: t.field({
      type: 'URL',
      nullable: true,
      description: previewDescription,
      ...withDirectives(requiresRole('EDITOR')),
      resolve: ({ url }, _, context) => previewOf(context, url),
    }),
    mimeType: t.exposeString('mimeType'),
    width: t.exposeInt('width', { nullable: true }),
    height: t.exposeInt('height', { nullable: true }),
    byteSize: t.expose('byteSize', { type: 'Long', nullable: true }),
    contentHash: t.expose('contentHash', { type: 'SHA256', nullable: true }),
    recipeHash: t.expose('recipeHash', {
      type: 'SHA256',
      description: 'SHA-256 of original + preset; a stale one no longer matches.',
    }),
    isStale: t.exposeBoolean('isStale'),
    original: t.field({
      type: MediaObject,
      resolve: ({ mediaId }, _, context) => getOriginal(context, mediaId),
    }),
  }),
})

export const DerivativeFilterInput = builder.inputType('DerivativeFilter', {
  fields: (t) => ({
    preset: t.field({ type: KeyFilter }),
    mimeType: t.field({ type: StringFilter }),
    stale: t.boolean(),
  }),
})
