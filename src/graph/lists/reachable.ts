import type { EntityFilter, TraversalDirection } from '../../domain/graph/filter.ts'
import { toPage, type Page, type PageRequest } from '../../domain/paging/page.ts'
import { entityTest } from '../filters/entity-filter.ts'
import type { OrderTerm } from './order-terms.ts'
import type { PublishedGraph } from '../published-graph.ts'
import type { Snapshot } from '../snapshot.ts'
import { takeFromOrdered } from './take-page.ts'
import {
  depthAt,
  maximumVisited,
  reach,
  reachByPaths,
  type Reached,
  type ReachedByPaths,
  type ReachRules,
} from '../walks/reach.ts'

export interface ReachQuery {
  readonly direction: TraversalDirection
  readonly relations: readonly string[] | null
  readonly where: EntityFilter | null
  readonly minDepth: number
  readonly maxDepth: number
}

/** A walk from one node and the results to list. */
export interface ReachedList<Found extends Reached = Reached> {
  readonly reached: Found
  /** Places in `reached`, by depth, then node. */
  readonly places: Uint32Array
  readonly terms: readonly OrderTerm[]
}

const allPlaces = Uint32Array.from({ length: maximumVisited }, (_, place) => place)

export function listReachable(graph: PublishedGraph, node: number, query: ReachQuery): ReachedList {
  return listed(graph, query, reach(graph.snapshot.topology, node, reachRules(graph, query)))
}

export function listReachableByPaths(
  graph: PublishedGraph,
  node: number,
  query: ReachQuery,
): ReachedList<ReachedByPaths> {
  return listed(graph, query, reachByPaths(graph.snapshot.topology, node, reachRules(graph, query)))
}

export function reachRules(
  { snapshot }: PublishedGraph,
  { direction, maxDepth, relations }: ReachQuery,
): ReachRules {
  return { direction, maxDepth, relations: relationNumbers(snapshot, relations) }
}

function listed<Found extends Reached>(
  graph: PublishedGraph,
  { where, minDepth }: ReachQuery,
  reached: Found,
): ReachedList<Found> {
  const { nodes, starts } = reached
  const all = allPlaces.subarray(starts[minDepth] ?? nodes.length, nodes.length)
  const test = entityTest(graph, where)
  return {
    reached,
    places: test === null ? all : all.filter((place) => test(nodes[place]!)),
    terms: [
      { direction: 'ASC', valueOf: (place) => depthAt(reached, place) },
      { direction: 'ASC', valueOf: (place) => graph.snapshot.slugOf(nodes[place]!) },
    ],
  }
}

export function pageOfReached({ places, terms }: ReachedList, page: PageRequest): Page<number> {
  return toPage(takeFromOrdered(places, terms, null, page), page)
}

/** Numbers of the existing relations; null for all. */
export function relationNumbers(
  { terms }: Snapshot,
  keys: readonly string[] | null,
): ReadonlySet<number> | null {
  return keys && new Set(keys.flatMap((key) => terms.relations.find(key) ?? []))
}
