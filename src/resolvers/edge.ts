import { listFingerprint, type CursorKey } from '../domain/paging/cursor.ts'
import { checkFilter, type GraphEdgeFilter, type TraversalDirection } from '../domain/graph/filter.ts'
import { decodeGlobalId } from '../domain/graph/global-id.ts'
import { edgePositionLength, type GraphEdgeOrderField, type Order } from '../domain/graph/order.ts'
import { readPageRequest, type PageArguments } from '../domain/paging/page.ts'
import { createFieldSet } from '../readers/fields.ts'
import type { EdgeFields, EdgeRecord } from '../readers/graph-reader.ts'
import type { MaybePromise } from '../readers/record.ts'
import { createList, type List, type ListEdge, type Wanted } from './list.ts'
import { past, type ReadContext } from './read-context.ts'

export interface EdgeListArguments extends PageArguments {
  readonly where?: GraphEdgeFilter | null | undefined
  readonly orderBy?: readonly Order<GraphEdgeOrderField>[] | null | undefined
}

/** One edge between published entities, or null. */
export function getEdge(
  { reader }: ReadContext,
  globalId: string,
  fields: EdgeFields,
): MaybePromise<EdgeRecord | null> {
  const decoded = decodeGlobalId(globalId)
  return decoded?.type === 'GraphEdge' ? reader.edge(decoded.id, fields) : null
}

export function readEdgeList(cursorKey: CursorKey, args: EdgeListArguments, name = 'edges') {
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const fingerprint = listFingerprint(name, where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: edgePositionLength(orderBy) })
  return { where, orderBy, page, fingerprint }
}

export function listEdges(
  { reader, cursorKey }: ReadContext,
  args: EdgeListArguments,
  wanted: Wanted,
  fields: EdgeFields,
): MaybePromise<List<EdgeRecord>> {
  const { where, orderBy, page, fingerprint } = readEdgeList(cursorKey, args, past(reader, 'edges'))
  const query = { where, orderBy, page, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.edges(query),
    () => reader.countEdges(where),
    {},
  )
}

/** An edge with its position among all edges. */
export async function findListEdge(
  context: ReadContext,
  id: string,
  fields: EdgeFields,
): Promise<ListEdge<EdgeRecord>> {
  const { relationKey, sourceSlug, targetSlug } = (await context.reader.edge(id, keyFields))!
  const where = {
    relation: { eq: relationKey },
    source: { slug: { eq: sourceSlug } },
    target: { slug: { eq: targetSlug } },
  }
  const { page } = await listEdges(context, { where, first: 1 }, { rows: true, positions: true }, fields)
  return { ...page.items[0]!, fingerprint: listFingerprint(past(context.reader, 'edges'), null, []) }
}

const keyFields: EdgeFields = {
  ...createFieldSet(['relationKey', 'sourceSlug', 'targetSlug'] as const),
  source: null,
  target: null,
}

export interface EdgesOfArguments extends EdgeListArguments {
  readonly direction: TraversalDirection
}

export function readEdgesOfList(cursorKey: CursorKey, args: EdgesOfArguments, name = 'edgesOf') {
  const { direction } = args
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const fingerprint = listFingerprint(name, direction, where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: edgePositionLength(orderBy) })
  return { direction, where, orderBy, page, fingerprint }
}

export function listEdgesOf(
  { reader, cursorKey }: ReadContext,
  slug: string,
  args: EdgesOfArguments,
  wanted: Wanted,
  fields: EdgeFields,
): MaybePromise<List<EdgeRecord>> {
  const list = readEdgesOfList(cursorKey, args, past(reader, 'edgesOf'))
  const { direction, where, orderBy, page, fingerprint } = list
  const query = { direction, where, orderBy, page, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.edgesOf(slug, query),
    () => reader.countEdgesOf(slug, direction, where),
    {},
  )
}
