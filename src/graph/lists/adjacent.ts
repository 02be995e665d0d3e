import type { EntityFilter, GraphEdgeFilter, TraversalDirection } from '../../domain/graph/filter.ts'
import type { EntityOrderField, GraphEdgeOrderField, Order } from '../../domain/graph/order.ts'
import { toPage, type Page, type PageRequest } from '../../domain/paging/page.ts'
import { countHalfEdges, eachHalfEdge, selectHalves, type Halves } from '../topology/adjacency.ts'
import { edgeTest } from '../filters/edge-filter.ts'
import { edgeTerm, hasRelation } from './edge-order.ts'
import { entityTest } from '../filters/entity-filter.ts'
import { entityOrder } from './entity-order.ts'
import type { OrderTerm } from './order-terms.ts'
import type { PublishedGraph } from '../published-graph.ts'
import type { Snapshot } from '../snapshot.ts'
import { takeFromUnordered } from './take-page.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt } from '../topology/topology.ts'
import type { Test } from '../filters/value-tests.ts'

/** An edge as seen from a node: twice its number, plus one if incoming. */
export type Step = number

export function edgeOfStep(step: Step): number {
  return step >>> 1
}

export function isIncoming(step: Step): boolean {
  return (step & 1) === 1
}

export function farOfStep({ sourceOf, targetOf }: Snapshot, step: Step): number {
  return isIncoming(step) ? sourceOf.get(edgeOfStep(step)) : targetOf.get(edgeOfStep(step))
}

export interface EdgesOfQuery {
  readonly direction: TraversalDirection
  readonly where: GraphEdgeFilter | null
  readonly orderBy: readonly Order<GraphEdgeOrderField>[]
  readonly page: PageRequest
}

export function pageOfEdgesOf(graph: PublishedGraph, node: number, query: EdgesOfQuery): Page<Step> {
  const { snapshot } = graph
  const { direction, where, orderBy, page } = query
  const halves: Halves = { direction, relations: null }
  const test = stepTest(edgeTest(graph, where))
  if (
    orderBy.length === 0 &&
    page.after === null &&
    page.before === null &&
    !page.backward &&
    test === null
  ) {
    const steps = firstSteps(snapshot, node, halves, page.limit + 1)
    return toPage(steps, page)
  }
  const terms = edgesOfOrder(snapshot, orderBy)
  return toPage(takeFromUnordered(stepsOf(snapshot, node, halves), terms, test, page), page)
}

export function edgesOfOrder(
  snapshot: Snapshot,
  orderBy: readonly Order<GraphEdgeOrderField>[],
): OrderTerm[] {
  return [
    ...orderBy.map((order) => edgeTerm(snapshot, order, edgeOfStep)),
    ...(hasRelation(orderBy) ? [] : [relationTerm(snapshot)]),
    { direction: 'ASC', valueOf: (step) => snapshot.slugOf(farOfStep(snapshot, step)) },
    directionTerm,
  ]
}

export function countEdgesOf(
  graph: PublishedGraph,
  node: number,
  direction: TraversalDirection,
  where: GraphEdgeFilter | null,
): number {
  const test = edgeTest(graph, where)
  const halves: Halves = { direction, relations: null }
  const { topology } = graph.snapshot
  if (test === null) return countHalfEdges(topology, node, halves)
  let count = 0
  eachHalfEdge(topology, node, halves, (_, edge) => {
    if (test(edge)) count++
    return false
  })
  return count
}

export interface Adjacent {
  readonly direction: TraversalDirection
  readonly relations: readonly string[] | null
}
export interface NeighborsQuery extends Adjacent {
  readonly where: EntityFilter | null
  readonly orderBy: readonly Order<EntityOrderField>[]
  readonly page: PageRequest
}

export function pageOfNeighbors(graph: PublishedGraph, node: number, query: NeighborsQuery): Page<Step> {
  const { snapshot } = graph
  const test = farTest(snapshot, entityTest(graph, query.where))
  const steps = stepsOf(snapshot, node, selectHalves(snapshot, query))
  const terms = neighborOrder(snapshot, query.orderBy)
  return toPage(takeFromUnordered(steps, terms, test, query.page), query.page)
}

export function neighborOrder(snapshot: Snapshot, orderBy: readonly Order<EntityOrderField>[]): OrderTerm[] {
  const ofFar = entityOrder(snapshot, orderBy).map((term) => ({
    ...term,
    valueOf: (step: Step) => term.valueOf(farOfStep(snapshot, step)),
  }))
  return [...ofFar, relationTerm(snapshot), directionTerm]
}

export function countNeighborsOf(
  graph: PublishedGraph,
  node: number,
  adjacent: Adjacent,
  where: EntityFilter | null,
): number {
  const { snapshot } = graph
  const test = entityTest(graph, where)
  const halves = selectHalves(snapshot, adjacent)
  if (test === null) return countHalfEdges(snapshot.topology, node, halves)
  let count = 0
  eachHalfEdge(snapshot.topology, node, halves, (far) => {
    if (test(far)) count++
    return false
  })
  return count
}

function relationTerm(snapshot: Snapshot): OrderTerm {
  return edgeTerm(snapshot, { field: 'RELATION', direction: 'ASC' }, edgeOfStep)
}

/** Tie-breaker: out before in. */
const directionTerm: OrderTerm = { direction: 'ASC', valueOf: (step) => step & 1 }

function stepTest(test: Test<number> | null): Test<Step> | null {
  return test && ((step) => test(edgeOfStep(step)))
}

function farTest(snapshot: Snapshot, test: Test<number> | null): Test<Step> | null {
  return test && ((step) => test(farOfStep(snapshot, step)))
}

function stepsOf({ topology }: Snapshot, node: number, halves: Halves): Step[] {
  const steps: Step[] = []
  eachHalfEdge(topology, node, halves, (_, edge, comesIn) => {
    steps.push(edge * 2 + (comesIn ? 1 : 0))
    return false
  })
  return steps
}

/** Merges a node's two sorted rows, so that a hub's thousand edges are not read for its first twenty. */
export function firstSteps(
  { topology }: Snapshot,
  node: number,
  { direction }: Halves,
  count: number,
): Step[] {
  const { relationOf, isSymmetric } = topology
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  const relationAt = (at: number) => relationOf[chunk[at + shift]!]!
  const steps: Step[] = []
  let out = chunk[outgoingAt(node)]!
  const outEnd = chunk[incomingAt(node)]!
  let into = outEnd
  const intoEnd = chunk[incomingAt(node) + 1]!
  const isOutFirst = () => {
    const relations = relationAt(out) - relationAt(into)
    return relations !== 0 ? relations < 0 : chunk[out]! <= chunk[into]!
  }
  while (steps.length < count) {
    // As in eachHalfEdge: which entries of either row count.
    while (out < outEnd && direction === 'IN' && (isSymmetric[relationAt(out)] === 0 || chunk[out] === node))
      out++
    while (
      into < intoEnd &&
      ((direction === 'OUT' && isSymmetric[relationAt(into)] === 0) ||
        (direction !== 'IN' && chunk[into] === node))
    )
      into++
    if (out === outEnd && into === intoEnd) break
    if (into === intoEnd || (out < outEnd && isOutFirst())) steps.push(chunk[out++ + shift]! * 2)
    else steps.push(chunk[into++ + shift]! * 2 + 1)
  }
  return steps
}
