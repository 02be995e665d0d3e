import type { GraphEdgeFilter } from '../domain/filter.ts'
import type { GraphEdgeOrderField, Order } from '../domain/order.ts'
import { toPage, type Page, type PageRequest } from '../domain/page.ts'
import { edgeTest } from './edge-filter.ts'
import { edgeOrder, edgesBy, edgesByRelation } from './edge-order.ts'
import type { PublishedGraph } from './published-graph.ts'
import type { Snapshot } from './snapshot.ts'
import { takeFromOrdered, takeFromUnordered } from './take-page.ts'

export interface EdgeListQuery {
  readonly where: GraphEdgeFilter | null
  readonly orderBy: readonly Order<GraphEdgeOrderField>[]
  readonly page: PageRequest
}

/** A page of edges, by number. @throws NotInMemoryError */
export function pageOfEdges(graph: PublishedGraph, { where, orderBy, page }: EdgeListQuery): Page<number> {
  const { snapshot } = graph
  const test = edgeTest(graph, where)
  const terms = edgeOrder(snapshot, orderBy)
  const candidates = candidatesOf(snapshot, where)
  if (candidates === null && orderBy.length <= 1) {
    const sequence = edgesBy(snapshot, orderBy[0] ?? { field: 'RELATION', direction: 'ASC' })
    return toPage(takeFromOrdered(sequence, terms, test, page), page)
  }
  return toPage(takeFromUnordered(candidates ?? snapshot.edgeNumbers, terms, test, page), page)
}

/** How many edges a filter lets pass. @throws NotInMemoryError */
export function countEdges(graph: PublishedGraph, where: GraphEdgeFilter | null): number {
  const { snapshot } = graph
  const test = edgeTest(graph, where)
  if (test === null) return snapshot.edgeCount
  let count = 0
  for (const edge of candidatesOf(snapshot, where) ?? snapshot.edgeNumbers) if (test(edge)) count++
  return count
}

/** Edges that are known to hold all that a filter lets pass; null where no few are known to. */
function candidatesOf(snapshot: Snapshot, filter: GraphEdgeFilter | null): Uint32Array | null {
  if (!filter) return null
  const { outgoing, incoming } = snapshot.topology
  for (const [slug, { start, edge }] of [
    [filter.source?.slug?.eq, outgoing],
    [filter.target?.slug?.eq, incoming],
  ] as const) {
    if (slug == null) continue
    const node = snapshot.find(slug)
    return node === -1 ? new Uint32Array(0) : edge.subarray(start[node], start[node + 1])
  }
  const relation = filter.relation?.eq
  return relation == null ? null : edgesOfRelation(snapshot, relation)
}

function edgesOfRelation(snapshot: Snapshot, key: string): Uint32Array {
  const number = snapshot.terms.relations.find(key)
  const sorted = snapshot.derive(edgesByRelation)
  if (number === undefined) return sorted.subarray(0, 0)
  const { relation } = snapshot.edges
  const from = lowerBound(sorted, (edge) => relation[edge]! >= number)
  return sorted.subarray(
    from,
    lowerBound(sorted, (edge) => relation[edge]! > number),
  )
}

function lowerBound(sorted: Uint32Array, isBeyond: (item: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBeyond(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

/** By number of the relation: how many edges it has. */
export function relationCounts({ edges, edgeNumbers, terms }: Snapshot): Uint32Array {
  const counts = new Uint32Array(terms.relations.all.length)
  for (const edge of edgeNumbers) counts[edges.relation[edge]!]!++
  return counts
}
