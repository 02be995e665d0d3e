import type { GraphEdgeFilter } from '../../domain/graph/filter.ts'
import type { GraphEdgeOrderField, Order } from '../../domain/graph/order.ts'
import { toPage, type Page, type PageRequest } from '../../domain/paging/page.ts'
import { carried } from '../columns/carried.ts'
import { edgeTest } from '../filters/edge-filter.ts'
import { edgeOrder, edgesBy, edgesByRelation } from './edge-order.ts'
import type { PublishedGraph } from '../published-graph.ts'
import { edgesOf, type Snapshot } from '../snapshot.ts'
import { takeFromOrdered, takeFromUnordered } from './take-page.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt } from '../topology/topology.ts'

export interface EdgeListQuery {
  readonly where: GraphEdgeFilter | null
  readonly orderBy: readonly Order<GraphEdgeOrderField>[]
  readonly page: PageRequest
}

export function pageOfEdges(graph: PublishedGraph, { where, orderBy, page }: EdgeListQuery): Page<number> {
  const { snapshot } = graph
  const test = edgeTest(graph, where)
  const terms = edgeOrder(snapshot, orderBy)
  const candidates = candidatesOf(snapshot, where)
  if (candidates === null && orderBy.length <= 1) {
    const sequence = edgesBy(snapshot, orderBy[0] ?? { field: 'RELATION', direction: 'ASC' })
    return toPage(takeFromOrdered(sequence, terms, test, page), page)
  }
  return toPage(takeFromUnordered(candidates ?? edgesOf(snapshot), terms, test, page), page)
}

export function countEdges(graph: PublishedGraph, where: GraphEdgeFilter | null): number {
  const { snapshot } = graph
  const test = edgeTest(graph, where)
  if (test === null) return snapshot.edgeCount
  let count = 0
  for (const edge of candidatesOf(snapshot, where) ?? edgesOf(snapshot)) if (test(edge)) count++
  return count
}

/** Edges that contain all matches of a filter; null if no short list is known. */
function candidatesOf(snapshot: Snapshot, filter: GraphEdgeFilter | null): Uint32Array | null {
  if (!filter) return null
  for (const [slug, halfAt] of [
    [filter.source?.slug?.eq, outgoingAt],
    [filter.target?.slug?.eq, incomingAt],
  ] as const) {
    if (slug == null) continue
    const node = snapshot.find(slug)
    if (node === -1) return new Uint32Array(0)
    const chunk = chunkOf(snapshot.topology, node)
    const shift = edgeShift(chunk)
    return chunk.subarray(chunk[halfAt(node)]! + shift, chunk[halfAt(node) + 1]! + shift)
  }
  const relation = filter.relation?.eq
  return relation == null ? null : edgesOfRelation(snapshot, relation)
}

function edgesOfRelation(snapshot: Snapshot, key: string): Uint32Array {
  const number = snapshot.terms.relations.find(key)
  if (number === undefined) return new Uint32Array(0)
  const sorted = snapshot.derive(edgesByRelation)
  const { relation } = snapshot.edges
  return sorted.slice(
    sorted.firstPlace((edge) => relation[edge]! >= number),
    sorted.firstPlace((edge) => relation[edge]! > number),
  )
}

export const relationCounts = carried(
  (snapshot) => {
    const counts = new Uint32Array(snapshot.terms.relations.all.length)
    for (const edge of edgesOf(snapshot)) counts[snapshot.edges.relation[edge]!]!++
    return counts
  },
  (former, { after: { edges }, goingEdges, comingEdges }) => {
    const counts = former.slice()
    for (const edge of goingEdges) counts[edges.relation[edge]!]!--
    for (const edge of comingEdges) counts[edges.relation[edge]!]!++
    return counts
  },
)
