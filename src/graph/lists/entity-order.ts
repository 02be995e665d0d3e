import type { EntityOrderField, Order } from '../../domain/graph/order.ts'
import { degreesOf } from '../topology/adjacency.ts'
import { carried, type Carried } from '../columns/carried.ts'
import { noDomain } from '../columns/entity-table.ts'
import { microsToText, textToMicros } from '../columns/micros.ts'
import { compareItems, type OrderTerm, type OrderValue } from './order-terms.ts'
import { nodesOf, type Snapshot } from '../snapshot.ts'
import { byNumber, SortedNumbers, type Compare } from '../columns/sorted-numbers.ts'

type ValueOf = (snapshot: Snapshot) => (node: number) => OrderValue

const valuesBy: Readonly<Record<EntityOrderField, ValueOf>> = {
  SLUG: (snapshot) => (node) => snapshot.slugOf(node),
  TITLE:
    ({ heap, entities, rowOf }) =>
    (node) =>
      heap.text(entities.titleKey[rowOf.get(node)]!),
  KIND:
    ({ terms, entities, rowOf }) =>
    (node) =>
      terms.kinds.all[entities.kind[rowOf.get(node)]!]!.key,
  DOMAIN:
    ({ terms, entities, rowOf }) =>
    (node) => {
      const domain = entities.domain[rowOf.get(node)]!
      return domain === noDomain ? null : terms.domains.all[domain]!.key
    },
  CREATED_AT:
    ({ entities, rowOf }) =>
    (node) =>
      entities.createdAt[rowOf.get(node)]!,
  UPDATED_AT:
    ({ entities, rowOf }) =>
    (node) =>
      entities.updatedAt[rowOf.get(node)]!,
  IMPORTANCE:
    ({ entities, rowOf }) =>
    (node) =>
      numberOrNull(entities.weight[rowOf.get(node)]!),
  DEGREE: (snapshot) => {
    const degrees = degreesOf(snapshot, 'ANY')
    return (node) => degrees.get(node)
  },
}

export function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Times are compared as numbers, and stored in cursors as text. */
export const timeInCursors = {
  toCursor: (value: OrderValue) => microsToText(value as number),
  fromCursor: (value: OrderValue) => textToMicros(value as string),
}

function term(snapshot: Snapshot, { field, direction }: Order<EntityOrderField>): OrderTerm {
  const isTime = field === 'CREATED_AT' || field === 'UPDATED_AT'
  return { direction, valueOf: valuesBy[field](snapshot), ...(isTime && timeInCursors) }
}

export function entityOrder(snapshot: Snapshot, orders: readonly Order<EntityOrderField>[]): OrderTerm[] {
  const terms = orders.map((order) => term(snapshot, order))
  return orders.some(({ field }) => field === 'SLUG')
    ? terms
    : [...terms, term(snapshot, { field: 'SLUG', direction: 'ASC' })]
}

const permutations: Partial<Record<string, Carried<SortedNumbers>>> = {}

/** All nodes ordered by one field, sorted once and then updated. */
export function nodesBy(snapshot: Snapshot, order: Order<EntityOrderField>): SortedNumbers {
  const name = `${order.field} ${order.direction}`
  return snapshot.derive((permutations[name] ??= carriedOrder(order)))
}

function carriedOrder(order: Order<EntityOrderField>): Carried<SortedNumbers> {
  return carried(
    (snapshot) => SortedNumbers.of(sortNodes(snapshot, order)),
    function* (sorted, { before, after, goingNodes, comingNodes, touchedNodes }) {
      const degree = order.field === 'DEGREE' ? [before, after].map((each) => degreesOf(each, 'ANY')) : null
      const touched = degree
        ? touchedNodes.filter((node) => degree[0]!.get(node) !== degree[1]!.get(node))
        : []
      return yield* sorted.change(
        { items: [...goingNodes, ...touched], compare: compareNodes(before, order) },
        { items: [...comingNodes, ...touched], compare: compareNodes(after, order) },
      )
    },
    (sorted, numberOf) => sorted.map(numberOf),
  )
}

function compareNodes(snapshot: Snapshot, order: Order<EntityOrderField>): Compare {
  if (order.field === 'SLUG') return order.direction === 'ASC' ? byNumber : (left, right) => right - left
  const terms: OrderTerm[] = [term(snapshot, order), { direction: 'ASC', valueOf: (node) => node }]
  return (left, right) => compareItems(terms, left, right)
}

function sortNodes(snapshot: Snapshot, order: Order<EntityOrderField>): Uint32Array {
  const nodes = Uint32Array.from(nodesOf(snapshot))
  if (order.field === 'SLUG') return order.direction === 'ASC' ? nodes : nodes.reverse()
  // Values are read once: titles are texts in the heap.
  const valueOf = valuesBy[order.field](snapshot)
  const values = Array.from(nodes, valueOf)
  const terms: OrderTerm[] = [
    { direction: order.direction, valueOf: (place) => values[place]! },
    { direction: 'ASC', valueOf: (place) => place },
  ]
  const places = Uint32Array.from(nodes.keys()).sort((a, b) => compareItems(terms, a, b))
  return places.map((place) => nodes[place]!)
}
