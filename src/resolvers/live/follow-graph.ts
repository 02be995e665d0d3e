import { checkFilter, type EntityFilter } from '../../domain/graph/filter.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { justBefore } from '../../domain/timestamp.ts'
import type { ChangeRecord, FeedPlace } from '../../readers/change-reader.ts'
import { createFieldSet } from '../../readers/fields.ts'
import type { Reader } from '../../readers/reader.ts'
import type { TimeContext } from '../as-of.ts'
import {
  feedFingerprint,
  readFeedCursor,
  readTypes,
  feedKeyset,
  requireInFeed,
  toChange,
  type Change,
  type ChangesArguments,
} from '../change.ts'
import { follow, type LiveContext } from './follow.ts'
import type { ListEdge } from '../list.ts'
import type { ReadContext } from '../read-context.ts'

type FollowContext = ReadContext & LiveContext & Pick<TimeContext, 'readerAt'>

export interface FollowArguments extends Omit<ChangesArguments, 'first'> {
  readonly where?: EntityFilter | null | undefined
}

const pageSize = 100
/** Patch characters buffered per follower, besides one change: there may be a thousand followers. */
const heldCharacters = 50_000
const onlySlugs = createFieldSet(['slug'] as const)

/**
 * The feed after a place, or from now on, then each change as it commits. Throws BAD_CURSOR, also later if an
 * older database state was restored.
 */
export async function followGraph(
  context: FollowContext,
  { after, types, where }: FollowArguments,
): Promise<AsyncIterableIterator<ListEdge<Change>>> {
  const { reader, cursorKey } = context
  const filter = checkFilter('where', where)
  const subjects = readTypes(types)
  const start = readFeedCursor(cursorKey, after)
  await requireInFeed(reader, start)
  let place = start ?? (await reader.lastPlace())
  let limit = pageSize
  return follow(context, 'graph', async () => {
    let found: readonly ChangeRecord[]
    do {
      const page = await reader.changes({ types: subjects, after: place.position, limit })
      await requireInFeed(reader, place)
      if (page.length === 0) return []
      found = filter === null ? page : await concerning(context, filter, page)
      place = placeOf(page.at(-1)!)
    } while (found.length === 0)
    const held = holdSome(found)
    const isAll = held.length === found.length
    if (!isAll) place = placeOf(found[held.length - 1]!)
    // If changes are large, read only as many as may be buffered.
    limit = isAll ? Math.min(pageSize, 2 * limit) : held.length
    return held
  })
}

const placeOf = ({ position, changedAt }: ChangeRecord): FeedPlace => ({ position, changedAt })

/** The first changes that fit into the buffer. */
function holdSome(found: readonly ChangeRecord[]): ListEdge<Change>[] {
  const held: ListEdge<Change>[] = []
  let characters = 0
  for (const record of found) {
    const item = toChange(record)
    characters += JSON.stringify(item.patch).length
    if (held.length > 0 && characters > heldCharacters) break
    held.push({ item, position: feedKeyset(record), fingerprint: feedFingerprint })
  }
  return held
}

/** Slugs of the entity, or of both ends of the edge. */
function slugsOf({ before, after }: ChangeRecord): Set<string> {
  const members = [before, after].flatMap((state: JsonObject | null) =>
    state === null ? [] : [state['slug'], state['source'], state['target']],
  )
  return new Set(members.filter((member) => typeof member === 'string'))
}

/**
 * Changes to entities that match the filter just before or after the change. A removal with hidden content
 * goes to every follower, so that a filter cannot reveal what it was.
 */
async function concerning(
  { readerAt }: FollowContext,
  filter: EntityFilter,
  changes: readonly ChangeRecord[],
): Promise<ChangeRecord[]> {
  const found: ChangeRecord[] = []
  for (const [moment, together] of Map.groupBy(changes, ({ changedAt }) => changedAt)) {
    const slugs = new Set(together.flatMap((change) => [...slugsOf(change)]))
    const matching = new Set<string>()
    for (const at of [justBefore(moment), moment])
      for (const slug of await matchingSlugs(readerAt(at), filter, [...slugs])) matching.add(slug)
    const concerns = (change: ChangeRecord) =>
      (change.before === null && change.after === null) ||
      [...slugsOf(change)].some((slug) => matching.has(slug))
    found.push(...together.filter(concerns))
  }
  return found
}

async function matchingSlugs(reader: Reader, filter: EntityFilter, slugs: string[]): Promise<string[]> {
  const { items } = await reader.entities(
    {
      where: { and: [filter, { slug: { in: slugs } }] },
      orderBy: [],
      page: { limit: slugs.length, backward: false, after: null, before: null },
      fields: onlySlugs,
      withPositions: false,
    },
    null,
  )
  return items.map(({ item }) => item.slug)
}
