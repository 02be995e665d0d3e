import { listFingerprint } from '../domain/cursor.ts'
import { checkFilter, type GraphEdgeFilter, type TraversalDirection } from '../domain/filter.ts'
import { decodeGlobalId } from '../domain/global-id.ts'
import { edgePositionLength, type GraphEdgeOrderField, type Order } from '../domain/order.ts'
import { readPageRequest, type PageArguments } from '../domain/page.ts'
import type { EdgeFields, EdgeRecord, MaybePromise } from '../readers/graph-reader.ts'
import { createList, type List, type Wanted } from './list.ts'
import { past, type ReadContext } from './read-context.ts'

export interface EdgeListArguments extends PageArguments {
  readonly where?: GraphEdgeFilter | null | undefined
  readonly orderBy?: readonly Order<GraphEdgeOrderField>[] | null | undefined
}

/** One edge whose ends are published; null if there is none. */
export function getEdge(
  { reader }: ReadContext,
  globalId: string,
  fields: EdgeFields,
): MaybePromise<EdgeRecord | null> {
  const decoded = decodeGlobalId(globalId)
  return decoded?.type === 'GraphEdge' ? reader.edge(decoded.id, fields) : null
}

/** Edges under a filter and an order. */
export function listEdges(
  { reader, cursorKey }: ReadContext,
  args: EdgeListArguments,
  wanted: Wanted,
  fields: EdgeFields,
): MaybePromise<List<EdgeRecord>> {
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const fingerprint = listFingerprint(past(reader, 'edges'), where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: edgePositionLength(orderBy) })
  const query = { where, orderBy, page, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.edges(query),
    () => reader.countEdges(where),
    {},
  )
}

/** Edges that touch one entity. */
export function listEdgesOf(
  { reader, cursorKey }: ReadContext,
  slug: string,
  args: EdgeListArguments & { readonly direction: TraversalDirection },
  wanted: Wanted,
  fields: EdgeFields,
): MaybePromise<List<EdgeRecord>> {
  const { direction } = args
  const where = checkFilter('where', args.where)
  const orderBy = args.orderBy ?? []
  const fingerprint = listFingerprint(past(reader, 'edgesOf'), direction, where, orderBy)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: edgePositionLength(orderBy) })
  const query = { direction, where, orderBy, page, fields, withPositions: wanted.positions }
  return createList(
    wanted,
    fingerprint,
    () => reader.edgesOf(slug, query),
    () => reader.countEdgesOf(slug, direction, where),
    {},
  )
}
