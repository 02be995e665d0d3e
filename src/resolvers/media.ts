import { listFingerprint } from '../domain/paging/cursor.ts'
import { checkFilter, type DerivativeFilter, type MediaFilter } from '../domain/graph/filter.ts'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import { readPageRequest, type PageArguments } from '../domain/paging/page.ts'
import { srcSetOf, bestFit, type BestFitRequest } from '../domain/media/renditions.ts'
import { AppError } from '../errors.ts'
import type { MaybePromise } from '../readers/record.ts'
import type { DerivativeRecord, MediaRecord } from '../readers/media-reader.ts'
import { createList, map, wholeList, type List, type Wanted } from './list.ts'
import type { ReadContext } from './read-context.ts'

export interface MediaListArguments extends PageArguments {
  readonly where?: MediaFilter | null | undefined
}
export interface MediaLookupArgument {
  readonly id?: string | null | undefined
  readonly key?: string | null | undefined
  readonly contentHash?: string | null | undefined
}

export function getMedia(
  { reader }: ReadContext,
  { id, key, contentHash }: MediaLookupArgument,
): MaybePromise<MediaRecord | null> {
  if (key != null) return reader.media({ by: 'key', key })
  if (contentHash != null) return reader.media({ by: 'contentHash', contentHash })
  const decoded = decodeGlobalId(id ?? '')
  return decoded?.type === 'MediaObject' ? reader.media({ by: 'id', id: decoded.id }) : null
}

export function listMedia(
  { reader, cursorKey }: ReadContext,
  args: MediaListArguments,
  wanted: Wanted,
): MaybePromise<List<MediaRecord>> {
  const where = checkFilter('where', args.where)
  const fingerprint = listFingerprint('media', where)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  return createList(
    wanted,
    fingerprint,
    () => reader.mediaObjects({ where, page }),
    () => reader.countMediaObjects(where),
    {},
  )
}

export function listMediaOf(
  { reader, cursorKey }: ReadContext,
  entityId: string,
  args: MediaListArguments,
  wanted: Wanted,
): MaybePromise<List<MediaRecord>> {
  const where = checkFilter('where', args.where)
  const fingerprint = listFingerprint('mediaOf', where)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 2 })
  return createList(
    wanted,
    fingerprint,
    () => reader.mediaOf(entityId, { where, page }),
    () => reader.countMediaOf(entityId, where),
    {},
  )
}

export function listDerivatives(
  { reader }: ReadContext,
  mediaId: string,
  where: DerivativeFilter | null | undefined,
): MaybePromise<readonly DerivativeRecord[]> {
  return wholeList(reader.derivativesOf(mediaId, checkFilter('where', where)), 'derivatives')
}

/** The smallest rendition that covers the box; null means the original is best. */
export function getBestDerivative(
  { reader }: ReadContext,
  mediaId: string,
  request: BestFitRequest,
): MaybePromise<DerivativeRecord | null> {
  for (const [argument, size] of Object.entries({ minWidth: request.minWidth, minHeight: request.minHeight }))
    if (size != null && size < 1)
      throw new AppError('BAD_REQUEST', `\`${argument}\` is ${size}; ask for 1 or more.`, { argument })
  return map(wholeList(reader.derivativesOf(mediaId, null), 'derivatives'), (derivatives) =>
    bestFit(derivatives, request),
  )
}

/** The renditions as the `srcset` of an `<img>`; null if none has the format. */
export function getSrcSet(
  { reader }: ReadContext,
  mediaId: string,
  format: string | null | undefined,
  toAddress: (url: string) => string,
): MaybePromise<string | null> {
  return map(wholeList(reader.derivativesOf(mediaId, null), 'derivatives'), (derivatives) =>
    srcSetOf(derivatives, format ?? null, toAddress),
  )
}

export function getOriginal({ reader }: ReadContext, mediaId: string): MaybePromise<MediaRecord> {
  return map(reader.media({ by: 'id', id: mediaId }), (media) => {
    if (!media) throw new AppError('INTERNAL', 'The original was removed while it was read; ask again.')
    return media
  })
}
