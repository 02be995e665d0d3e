import type { GraphEdgeOrderField, Order } from '../../domain/graph/order.ts'
import { carried, type Carried } from '../columns/carried.ts'
import { numberOrNull, timeInCursors } from './entity-order.ts'
import { compareItems, type OrderTerm, type OrderValue } from './order-terms.ts'
import type { Snapshot } from '../snapshot.ts'
import { SortedNumbers, type Compare } from '../columns/sorted-numbers.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt } from '../topology/topology.ts'

type ValueOf = (snapshot: Snapshot) => (edge: number) => OrderValue

const valuesBy: Readonly<Record<GraphEdgeOrderField, ValueOf>> = {
  RELATION:
    ({ terms, edges }) =>
    (edge) =>
      terms.relations.all[edges.relation[edge]!]!.key,
  WEIGHT:
    ({ edges }) =>
    (edge) =>
      numberOrNull(edges.weight[edge]!),
  CREATED_AT:
    ({ edges }) =>
    (edge) =>
      edges.createdAt[edge]!,
  UPDATED_AT:
    ({ edges }) =>
    (edge) =>
      edges.updatedAt[edge]!,
}

export function edgeTerm(
  snapshot: Snapshot,
  { field, direction }: Order<GraphEdgeOrderField>,
  edgeOf: (item: number) => number = (edge) => edge,
): OrderTerm {
  const isTime = field === 'CREATED_AT' || field === 'UPDATED_AT'
  const valueOf = valuesBy[field](snapshot)
  return { direction, valueOf: (item) => valueOf(edgeOf(item)), ...(isTime && timeInCursors) }
}

export function edgeOrder(snapshot: Snapshot, orders: readonly Order<GraphEdgeOrderField>[]): OrderTerm[] {
  return [
    ...orders.map((order) => edgeTerm(snapshot, order)),
    ...(hasRelation(orders) ? [] : [edgeTerm(snapshot, { field: 'RELATION', direction: 'ASC' })]),
    { direction: 'ASC', valueOf: (edge) => snapshot.slugOf(snapshot.sourceOf.get(edge)) },
    { direction: 'ASC', valueOf: (edge) => snapshot.slugOf(snapshot.targetOf.get(edge)) },
  ]
}

export function hasRelation(orders: readonly Order<GraphEdgeOrderField>[]): boolean {
  return orders.some(({ field }) => field === 'RELATION')
}

/** All edges by relation, source and target, sorted once and then updated. */
export const edgesByRelation = carried(
  (snapshot) => SortedNumbers.of(sortByRelation(snapshot)),
  (sorted, { before, after, goingEdges, comingEdges }) =>
    sorted.change(
      { items: goingEdges, compare: compareByRelation(before) },
      { items: comingEdges, compare: compareByRelation(after) },
    ),
)

/** Rows are already sorted within a node, so one stable sort suffices. */
function sortByRelation({ topology, edgeCount, terms, edges, nodeBound }: Snapshot): Uint32Array {
  const inRows = new Uint32Array(edgeCount)
  const next = new Uint32Array(terms.relations.all.length + 1)
  let count = 0
  for (let node = 0; node < nodeBound; node++) {
    const chunk = chunkOf(topology, node)
    const shift = edgeShift(chunk)
    for (let at = chunk[outgoingAt(node)]!; at < chunk[incomingAt(node)]!; at++) {
      const edge = chunk[at + shift]!
      inRows[count++] = edge
      next[edges.relation[edge]! + 1]!++
    }
  }
  for (let relation = 1; relation < next.length; relation++) next[relation]! += next[relation - 1]!
  const sorted = new Uint32Array(edgeCount)
  for (const edge of inRows) sorted[next[edges.relation[edge]!]!++] = edge
  return sorted
}

function compareByRelation({ edges, sourceOf, targetOf }: Snapshot): Compare {
  return (left, right) =>
    edges.relation[left]! - edges.relation[right]! ||
    sourceOf.get(left) - sourceOf.get(right) ||
    targetOf.get(left) - targetOf.get(right) ||
    left - right
}

const permutations: Partial<Record<string, Carried<SortedNumbers>>> = {}

export function edgesBy(snapshot: Snapshot, order: Order<GraphEdgeOrderField>): SortedNumbers {
  if (order.field === 'RELATION' && order.direction === 'ASC') return snapshot.derive(edgesByRelation)
  const name = `${order.field} ${order.direction}`
  return snapshot.derive((permutations[name] ??= carriedOrder(order)))
}

function carriedOrder(order: Order<GraphEdgeOrderField>): Carried<SortedNumbers> {
  return carried(
    (snapshot) => SortedNumbers.of(sortEdges(snapshot, order)),
    (sorted, { before, after, goingEdges, comingEdges }) =>
      sorted.change(
        { items: goingEdges, compare: compareEdges(before, order) },
        { items: comingEdges, compare: compareEdges(after, order) },
      ),
  )
}

function compareEdges(snapshot: Snapshot, order: Order<GraphEdgeOrderField>): Compare {
  const terms = [edgeTerm(snapshot, order)]
  const usual = compareByRelation(snapshot)
  return (left, right) => compareItems(terms, left, right) || usual(left, right)
}

function sortEdges(snapshot: Snapshot, order: Order<GraphEdgeOrderField>): Uint32Array {
  const byRelation = snapshot.derive(edgesByRelation).toArray()
  const valueOf = valuesBy[order.field](snapshot)
  // Positions in the default order break ties.
  const values = Array.from(byRelation, valueOf)
  const terms: OrderTerm[] = [
    { direction: order.direction, valueOf: (place) => values[place]! },
    { direction: 'ASC', valueOf: (place) => place },
  ]
  const places = Uint32Array.from(byRelation.keys())
  return places.sort((a, b) => compareItems(terms, a, b)).map((place) => byRelation[place]!)
}
