import type { EntityOrderField, Order } from '../domain/order.ts'
import { degreesOf } from './adjacency.ts'
import { noDomain } from './entity-table.ts'
import { microsToText, textToMicros } from './micros.ts'
import { compareItems, type OrderTerm, type OrderValue } from './order-terms.ts'
import type { Snapshot } from './snapshot.ts'

type ValueOf = (snapshot: Snapshot) => (node: number) => OrderValue

const valuesBy: Readonly<Record<EntityOrderField, ValueOf>> = {
  SLUG: (snapshot) => (node) => snapshot.slugOf(node),
  TITLE:
    ({ heap, entities, rowOf }) =>
    (node) =>
      heap.text(entities.titleKey[rowOf[node]!]!),
  KIND:
    ({ terms, entities, rowOf }) =>
    (node) =>
      terms.kinds.all[entities.kind[rowOf[node]!]!]!.key,
  DOMAIN:
    ({ terms, entities, rowOf }) =>
    (node) => {
      const domain = entities.domain[rowOf[node]!]!
      return domain === noDomain ? null : terms.domains.all[domain]!.key
    },
  CREATED_AT:
    ({ entities, rowOf }) =>
    (node) =>
      entities.createdAt[rowOf[node]!]!,
  UPDATED_AT:
    ({ entities, rowOf }) =>
    (node) =>
      entities.updatedAt[rowOf[node]!]!,
  IMPORTANCE:
    ({ entities, rowOf }) =>
    (node) =>
      numberOrNull(entities.weight[rowOf[node]!]!),
  DEGREE: ({ topology }) => {
    const degrees = degreesOf(topology, 'ANY')
    return (node) => degrees[node]!
  },
}

export function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Times are compared as numbers and stand in cursors as text. */
export const timeInCursors = {
  toCursor: (value: OrderValue) => microsToText(value as number),
  fromCursor: (value: OrderValue) => textToMicros(value as string),
}

function term(snapshot: Snapshot, { field, direction }: Order<EntityOrderField>): OrderTerm {
  const isTime = field === 'CREATED_AT' || field === 'UPDATED_AT'
  return { direction, valueOf: valuesBy[field](snapshot), ...(isTime && timeInCursors) }
}

/** The terms of an order of nodes, ended by slug. */
export function entityOrder(snapshot: Snapshot, orders: readonly Order<EntityOrderField>[]): OrderTerm[] {
  const terms = orders.map((order) => term(snapshot, order))
  return orders.some(({ field }) => field === 'SLUG')
    ? terms
    : [...terms, term(snapshot, { field: 'SLUG', direction: 'ASC' })]
}

const permutations: Partial<Record<string, (snapshot: Snapshot) => Uint32Array>> = {}

/** All nodes in the order of one field, sorted once a snapshot. */
export function nodesBy(snapshot: Snapshot, order: Order<EntityOrderField>): Uint32Array {
  const name = `${order.field} ${order.direction}`
  return snapshot.derive((permutations[name] ??= (each) => sortNodes(each, order)))
}

function sortNodes(snapshot: Snapshot, order: Order<EntityOrderField>): Uint32Array {
  const nodes = Uint32Array.from({ length: snapshot.nodeCount }, (_, node) => node)
  if (order.field === 'SLUG') return order.direction === 'ASC' ? nodes : nodes.reverse()
  // Values are taken out once: a title is text in the heap.
  const valueOf = valuesBy[order.field](snapshot)
  const values = Array.from(nodes, valueOf)
  const terms: OrderTerm[] = [
    { direction: order.direction, valueOf: (node) => values[node]! },
    { direction: 'ASC', valueOf: (node) => node },
  ]
  return nodes.sort((a, b) => compareItems(terms, a, b))
}
