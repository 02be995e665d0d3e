import { listFingerprint } from '../../domain/paging/cursor.ts'
import { checkFilter, type EntityFilter, type TraversalDirection } from '../../domain/graph/filter.ts'
import { readPageRequest, type PageArguments } from '../../domain/paging/page.ts'
import { readSteps } from '../../domain/graph/walk-limits.ts'
import type { PathCost } from '../../graph/walks/step-cost.ts'
import { createFieldSet } from '../../readers/fields.ts'
import type { PathFields, PathPage, PathRecord, PathRequest } from '../../readers/walk-reader.ts'
import { getEntity, type EntityLookupArgument } from '../entity.ts'
import type { List } from '../list.ts'
import { past, type ReadContext } from '../read-context.ts'

export interface PathOptionsArgument {
  readonly direction: TraversalDirection
  readonly relations?: readonly string[] | null | undefined
  readonly through?: EntityFilter | null | undefined
  readonly maxLength: number
  readonly cost: PathCost
}
export interface PathArguments {
  readonly from: EntityLookupArgument
  readonly to: EntityLookupArgument
  readonly options?: PathOptionsArgument | null | undefined
}

/** A page of paths; `truncated` if the search hit its limit. */
export type PathList = Omit<List<PathRecord>, 'count'> & { readonly truncated: boolean }

/** Must match the defaults in the schema. */
export const pathDefaults = { direction: 'ANY', maxLength: 6, cost: 'HOPS' } as const
const defaultPathCount = 5

/** The best path between two entities, or null. */
export async function getShortestPath(
  context: ReadContext,
  args: PathArguments,
  fields: PathFields,
): Promise<PathRecord | null> {
  const request = readPathRequest(args.options)
  const [from, to] = await findEnds(context, args)
  if (from === null || to === null) return null
  return context.reader.shortestPath(from, to, request, fields)
}

/** The simple paths between two entities, by cost, then length, then slugs. */
export async function listPaths(
  context: ReadContext,
  args: PathArguments & Pick<PageArguments, 'first' | 'after'>,
  wanted: { readonly paths: boolean; readonly truncated: boolean },
  fields: PathFields,
): Promise<PathList> {
  const { reader, cursorKey } = context
  const request = readPathRequest(args.options)
  const [from, to] = await findEnds(context, args)
  const fingerprint = listFingerprint(past(reader, 'paths'), from, to, request)
  const cursors = { key: cursorKey, fingerprint, length: 3 }
  const page = readPageRequest({ first: args.first ?? defaultPathCount, after: args.after }, cursors)
  if (from === null || to === null || !(wanted.paths || wanted.truncated))
    return { page: noPaths, fingerprint, truncated: false }
  const query = { paths: request, page, fields, withTruncated: wanted.truncated }
  const found = await reader.pathsBetween(from, to, query)
  return { page: found, fingerprint, truncated: found.truncated }
}

const noPaths: PathPage = { items: [], hasNextPage: false, hasPreviousPage: false, truncated: false }

function readPathRequest(options: PathOptionsArgument | null | undefined): PathRequest {
  const { direction, relations, through, maxLength, cost } = { ...pathDefaults, ...options }
  return {
    direction,
    relations: relations ?? null,
    through: checkFilter('options/through', through),
    maxLength: readSteps('options.maxLength', maxLength),
    cost,
  }
}

const slugOnly = createFieldSet(['slug'] as const)

async function findEnds(
  context: ReadContext,
  { from, to }: PathArguments,
): Promise<readonly [string | null, string | null]> {
  const [start, end] = await Promise.all([
    getEntity(context, from, slugOnly),
    getEntity(context, to, slugOnly),
  ])
  return [start?.slug ?? null, end?.slug ?? null]
}
