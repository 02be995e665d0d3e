import type { GraphEdgeOrderField, Order } from '../domain/order.ts'
import { numberOrNull, timeInCursors } from './entity-order.ts'
import { compareItems, type OrderTerm, type OrderValue } from './order-terms.ts'
import type { Snapshot } from './snapshot.ts'

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

/** One term of an order of edges, or of things that stand for edges. */
export function edgeTerm(
  snapshot: Snapshot,
  { field, direction }: Order<GraphEdgeOrderField>,
  edgeOf: (item: number) => number = (edge) => edge,
): OrderTerm {
  const isTime = field === 'CREATED_AT' || field === 'UPDATED_AT'
  const valueOf = valuesBy[field](snapshot)
  return { direction, valueOf: (item) => valueOf(edgeOf(item)), ...(isTime && timeInCursors) }
}

/** The terms of an order of edges, ended by relation and the slugs of the ends. */
export function edgeOrder(snapshot: Snapshot, orders: readonly Order<GraphEdgeOrderField>[]): OrderTerm[] {
  return [
    ...orders.map((order) => edgeTerm(snapshot, order)),
    ...(hasRelation(orders) ? [] : [edgeTerm(snapshot, { field: 'RELATION', direction: 'ASC' })]),
    { direction: 'ASC', valueOf: (edge) => snapshot.slugOf(snapshot.sourceOf[edge]!) },
    { direction: 'ASC', valueOf: (edge) => snapshot.slugOf(snapshot.targetOf[edge]!) },
  ]
}

export function hasRelation(orders: readonly Order<GraphEdgeOrderField>[]): boolean {
  return orders.some(({ field }) => field === 'RELATION')
}

/** All edges by relation, source and target: rows are so within a node, so the nodes in turn need one stable sort. */
export function edgesByRelation({ topology, nodeCount, terms, edges }: Snapshot): Uint32Array {
  const { start, edge } = topology.outgoing
  const next = new Uint32Array(terms.relations.all.length + 1)
  for (let at = 0; at < start[nodeCount]!; at++) next[edges.relation[edge[at]!]! + 1]!++
  for (let relation = 1; relation < next.length; relation++) next[relation]! += next[relation - 1]!
  const sorted = new Uint32Array(start[nodeCount]!)
  for (let at = 0; at < sorted.length; at++) sorted[next[edges.relation[edge[at]!]!]!++] = edge[at]!
  return sorted
}

const permutations: Partial<Record<string, (snapshot: Snapshot) => Uint32Array>> = {}

/** All edges in the order of one field, sorted once a snapshot. */
export function edgesBy(snapshot: Snapshot, order: Order<GraphEdgeOrderField>): Uint32Array {
  const byRelation = snapshot.derive(edgesByRelation)
  if (order.field === 'RELATION' && order.direction === 'ASC') return byRelation
  const name = `${order.field} ${order.direction}`
  return snapshot.derive((permutations[name] ??= (each) => sortEdges(each, order)))
}

function sortEdges(snapshot: Snapshot, order: Order<GraphEdgeOrderField>): Uint32Array {
  const byRelation = snapshot.derive(edgesByRelation)
  const valueOf = valuesBy[order.field](snapshot)
  // Places of the usual order are what ties are broken by.
  const values = Array.from(byRelation, valueOf)
  const terms: OrderTerm[] = [
    { direction: order.direction, valueOf: (place) => values[place]! },
    { direction: 'ASC', valueOf: (place) => place },
  ]
  const places = Uint32Array.from(byRelation, (_, place) => place)
  return places.sort((a, b) => compareItems(terms, a, b)).map((place) => byRelation[place]!)
}
