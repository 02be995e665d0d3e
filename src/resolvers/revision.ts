import { listFingerprint } from '../domain/paging/cursor.ts'
import { readPageRequest, type PageArguments } from '../domain/paging/page.ts'
import type { RevisionRecord } from '../readers/change-reader.ts'
import type { MaybePromise } from '../readers/record.ts'
import { createList, type List, type Wanted } from './list.ts'
import type { ReadContext } from './read-context.ts'

/** Revisions of an entity, newest first. */
export function listRevisions(
  { reader, cursorKey }: ReadContext,
  entityId: string,
  args: PageArguments,
  wanted: Wanted,
): MaybePromise<List<RevisionRecord>> {
  const fingerprint = listFingerprint('revisions')
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 1 })
  return createList(
    wanted,
    fingerprint,
    () => reader.revisionsOf(entityId, page),
    () => reader.countRevisionsOf(entityId),
    {},
  )
}
