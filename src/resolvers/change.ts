import { decodeCursor, listFingerprint, type CursorKey, type Keyset } from '../domain/paging/cursor.ts'
import { diffJson, type DiffCounts } from '../domain/json/diff.ts'
import type { PatchOperation } from '../domain/json/patch.ts'
import type { JsonObject } from '../domain/json/value.ts'
import {
  readPageRequest,
  readSize,
  defaultPageSize,
  toPage,
  type PageArguments,
} from '../domain/paging/page.ts'
import { AppError } from '../errors.ts'
import {
  subjectTypes,
  type ChangeRecord,
  type FeedPlace,
  type Span,
  type SubjectType,
} from '../readers/change-reader.ts'
import type { MaybePromise } from '../readers/record.ts'
import { momentOf, type GraphRef, type TimeContext } from './as-of.ts'
import { createList, map, type List } from './list.ts'
import type { ReadContext } from './read-context.ts'

export interface Change {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectType: SubjectType
  readonly subjectKey: string
  /** Null if only the net effect of several changes is known. */
  readonly subjectId: string | null
  /** RFC 6902: an addition adds the whole content, a removal removes it. */
  readonly patch: readonly PatchOperation[]
  readonly changedAt: string | null
  readonly changedBy: string | null
}

export interface ChangesArguments {
  readonly after?: string | null | undefined
  readonly types?: readonly string[] | null | undefined
  readonly first?: number | null | undefined
}

/** All feeds accept each other's cursors, whatever their filters. */
export const feedFingerprint = listFingerprint('changes')

/** A page of the feed, in commit order. */
export async function listChanges(
  { reader, cursorKey }: ReadContext,
  { after, types, first }: ChangesArguments,
): Promise<List<Change>> {
  const limit = readSize('first', first ?? defaultPageSize)
  const start = readFeedCursor(cursorKey, after)
  const found = await reader.changes({ types: readTypes(types), after: start?.position ?? null, limit })
  await requireInFeed(reader, start)
  const items = found.map((record) => ({ item: toChange(record), position: feedKeyset(record) }))
  const request = { limit, backward: false, after: start && feedKeyset(start), before: null }
  return { page: toPage(items, request), fingerprint: feedFingerprint, count: () => found.length }
}

/** The place of a feed cursor; null for the beginning. */
export function readFeedCursor(key: CursorKey, cursor: string | null | undefined): FeedPlace | null {
  if (cursor == null) return null
  const [position, changedAt] = decodeCursor(key, feedFingerprint, 2, cursor, 'after', 1)
  return { position: Number(position), changedAt: changedAt === undefined ? null : String(changedAt) }
}

/** The cursor payload of a place in the feed. */
export function feedKeyset({ position, changedAt }: FeedPlace): Keyset {
  return changedAt === null ? [position] : [position, changedAt]
}

/** Throws BAD_CURSOR if the database was replaced or restored. Check after reading, before sending. */
export async function requireInFeed(reader: ReadContext['reader'], place: FeedPlace | null): Promise<void> {
  if (place === null || place.position === 0) return
  const moment = await reader.momentAt(place.position)
  if (place.changedAt === null ? moment !== null : moment === place.changedAt) return
  throw new AppError(
    'BAD_CURSOR',
    'The feed no longer contains this cursor: the database was replaced or restored to an earlier state. Reload the graph, then follow the feed without `after`.',
    { argument: 'after' },
  )
}

/** Throws BAD_REQUEST for a type that has no feed. */
export function readTypes(types: readonly string[] | null | undefined): readonly SubjectType[] | null {
  if (types == null) return null
  const unknown = types.find((type) => !(subjectTypes as readonly string[]).includes(type))
  if (unknown === undefined) return types as SubjectType[]
  throw new AppError(
    'BAD_REQUEST',
    `\`types\` has ${JSON.stringify(unknown)}; the feed has ${subjectTypes.join(' and ')}.`,
    { argument: 'types', allowed: subjectTypes },
  )
}

/** Content fields that are part of the key. */
const keyMembers = ['slug', 'relation', 'source', 'target'] as const

/**
 * A change with its patch. Followers know a subject by its previous key: a removal names that key, and after
 * a key change, such as a renamed slug, the patch tests for the old one first.
 */
export function toChange({ before, after, ...record }: ChangeRecord): Change {
  if (before !== null && after === null)
    return { ...record, subjectKey: keyOf(before), patch: patchOf(before, after) }
  const renamed = keyMembers.filter((name) => before?.[name] !== after?.[name])
  const tests =
    before === null || after === null
      ? []
      : renamed.map((name) => ({ op: 'test', path: `/${name}`, value: before[name]! }) as const)
  return { ...record, patch: [...tests, ...patchOf(before, after)] }
}

function keyOf(content: JsonObject): string {
  const parts = ['slug', 'source', 'relation', 'target'].map((name) => content[name])
  return parts.filter((part) => typeof part === 'string').join('|')
}

export function patchOf(before: JsonObject | null, after: JsonObject | null): readonly PatchOperation[] {
  if (after === null) return [{ op: 'remove', path: '' }]
  return before === null ? [{ op: 'add', path: '', value: after }] : diffJson(before, after).patch
}

export interface GraphDifference {
  readonly fromHash: () => MaybePromise<string>
  readonly toHash: () => MaybePromise<string>
  readonly counts: () => MaybePromise<DiffCounts>
  readonly changes: (args: PageArguments) => MaybePromise<List<Change>>
}

export async function compareGraph(
  context: TimeContext & { readonly cursorKey: CursorKey },
  refs: { readonly from: GraphRef; readonly to?: GraphRef | null | undefined },
): Promise<GraphDifference> {
  const { reader, readerAt, cursorKey } = context
  const from = await momentOf(context, refs.from)
  const to = refs.to == null ? null : await momentOf(context, refs.to)
  const span: Span = { from, to }
  return {
    fromHash: () => readerAt(from).graphHash(),
    toHash: () => (to === null ? reader : readerAt(to)).graphHash(),
    counts: () => reader.countDifferences(span),
    changes: (args) => {
      const fingerprint = listFingerprint('graphDiff', span)
      const page = readPageRequest(args, { key: cursorKey, fingerprint, length: 2 })
      const wanted = { rows: true, positions: true }
      const list = createList(
        wanted,
        fingerprint,
        () => reader.differences(span, page),
        () => 0,
        {},
      )
      return map(list, ({ page: found, ...rest }) => ({
        ...rest,
        page: {
          ...found,
          items: found.items.map(({ item, position }) => ({ item: netChange(item), position })),
        },
      }))
    },
  }
}

function netChange({
  before,
  after,
  ...subject
}: Pick<ChangeRecord, 'subjectType' | 'subjectKey' | 'before' | 'after'>): Change {
  const operation = before === null ? 'ADDED' : after === null ? 'REMOVED' : 'CHANGED'
  const unknown = { subjectId: null, changedAt: null, changedBy: null }
  return { ...subject, ...unknown, operation, patch: patchOf(before, after) }
}
