import type { EntityFilter, TraversalDirection } from '../domain/filter.ts'
import { toPage, type Page, type PageRequest } from '../domain/page.ts'
import { entityTest } from './entity-filter.ts'
import type { OrderTerm } from './order-terms.ts'
import type { PublishedGraph } from './published-graph.ts'
import type { Snapshot } from './snapshot.ts'
import { takeFromOrdered } from './take-page.ts'
import { reach, type Reached } from './walks/reach.ts'

/** How far from a start, and what of it is listed: `where` says nothing about what is walked through. */
export interface ReachQuery {
  readonly direction: TraversalDirection
  readonly relations: readonly string[] | null
  readonly where: EntityFilter | null
  readonly minDepth: number
  readonly maxDepth: number
}

/** A walk from one node and what of it is listed. */
export interface ReachedList {
  readonly reached: Reached
  /** Places in `reached`, by depth, then node. */
  readonly places: readonly number[]
  readonly terms: readonly OrderTerm[]
}

/** Walks from a node. @throws NotInMemoryError */
export function listReachable(graph: PublishedGraph, node: number, query: ReachQuery): ReachedList {
  const { snapshot } = graph
  const { direction, maxDepth, minDepth } = query
  const test = entityTest(graph, query.where)
  const reached = reach(snapshot.topology, node, {
    direction,
    relations: relationNumbers(snapshot, query.relations),
    maxDepth,
  })
  const places: number[] = []
  for (let place = 0; place < reached.nodes.length; place++)
    if (reached.depths[place]! >= minDepth && (test === null || test(reached.nodes[place]!)))
      places.push(place)
  return {
    reached,
    places,
    terms: [
      { direction: 'ASC', valueOf: (place) => reached.depths[place]! },
      { direction: 'ASC', valueOf: (place) => snapshot.slugOf(reached.nodes[place]!) },
    ],
  }
}

/** A page of places. */
export function pageOfReached({ places, terms }: ReachedList, page: PageRequest): Page<number> {
  return toPage(takeFromOrdered(places, terms, null, page), page)
}

/** Numbers of relations that are there; null for all. */
export function relationNumbers(
  { terms }: Snapshot,
  keys: readonly string[] | null,
): ReadonlySet<number> | null {
  return keys && new Set(keys.flatMap((key) => terms.relations.find(key) ?? []))
}
