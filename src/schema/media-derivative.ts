import type { DerivativeRecord } from '../readers/media-reader.ts'
import { getOriginal } from '../resolvers/media.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { KeyFilter, StringFilter } from './filters.ts'
import { MediaObject } from './media.ts'
import { globalId, Node } from './node.ts'

/** An absolute address: what this server keeps itself is stored as a path, so that it may move. */
export function addressOf({ baseUrl }: Pick<Context, 'baseUrl'>, url: string): string {
  return url.startsWith('/') ? baseUrl + url : url
}

export const MediaDerivative = builder.objectRef<DerivativeRecord>('MediaDerivative')
MediaDerivative.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('MediaDerivative') }),
    preset: t.expose('preset', { type: 'Key' }),
    url: t.field({ type: 'URL', resolve: ({ url }, _, context) => addressOf(context, url) }),
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
