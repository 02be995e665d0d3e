import type { Topology } from '../topology.ts'
import { scratchOf } from './scratch.ts'
import { createSteps, neighborsInto, type WalkRules } from './steps.ts'

/** Nodes that one walk visits at most. */
export const maximumVisited = 10_000

/** Everything within some steps of a start, the start itself first, by depth, then node. */
export interface Reached {
  readonly nodes: Uint32Array
  /** Steps from the start, by place in `nodes`. */
  readonly depths: Uint8Array
  /** Whether there are more within the depth than were visited. */
  readonly truncated: boolean
}

/** … and how. */
export interface ReachedByPaths extends Reached {
  /** Place in `nodes` of the node before it on its path; the start's is its own. */
  readonly parents: Uint32Array
}

export interface ReachRules extends WalkRules {
  /** At most 255. */
  readonly maxDepth: number
}

/**
 * Breadth-first search, each node once at its least depth.
 *
 * @param limit how many nodes are given at most: the first by depth, then node
 * @example reach(topology, 5, { direction: 'OUT', relations: null, maxDepth: 3 })
 */
export function reach(topology: Topology, start: number, rules: ReachRules, limit = maximumVisited): Reached {
  return cut(nodesByLevel(topology, start, rules, limit, null), limit)
}

/**
 * As {@link reach}, with paths. Nodes are visited in the order of their paths, so the first that finds a node has the
 * lexicographically least of the shortest paths to it.
 */
export function reachByPaths(
  topology: Topology,
  start: number,
  rules: ReachRules,
  limit = maximumVisited,
): ReachedByPaths {
  const { queue, parents, places } = scratchOf(topology)
  const found = nodesByLevel(topology, start, rules, limit, parents)
  const reached = cut(found, limit)
  for (let place = 0; place < found.nodes.length; place++) places[found.nodes[place]!] = place
  const parentPlaces = new Uint32Array(reached.nodes.length)
  for (let at = 0; at < found.nodes.length; at++) {
    const place = places[queue[at]!]!
    if (place < parentPlaces.length) parentPlaces[place] = places[queue[parents[at]!]!]!
  }
  return { ...reached, parents: parentPlaces }
}

interface Levels {
  /** By level, then node. */
  readonly nodes: Uint32Array
  /** Where each level begins, and where the last one ends. */
  readonly starts: readonly number[]
}

/**
 * Searches until the level at which the limit is passed. The queue of the scratch is left in the order of the visits.
 *
 * @param parents where the place in the queue is written from which each was found, if the order of paths is to be kept
 */
function nodesByLevel(
  topology: Topology,
  start: number,
  rules: ReachRules,
  limit: number,
  parents: Uint32Array | null,
): Levels {
  const steps = createSteps(topology, rules)
  const { seen, queue, far } = scratchOf(topology)
  const starts = [0, 1]
  seen[start >>> 5]! |= 1 << (start & 31)
  queue[0] = start
  if (parents !== null) parents[0] = 0
  let count = 1
  while (starts.length <= rules.maxDepth + 1 && count <= limit) {
    const end = count
    for (let at = starts.at(-2)!; at < end; at++) {
      const first = count
      const found = neighborsInto(steps, queue[at]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        const bits = seen[node >>> 5]!
        const bit = 1 << (node & 31)
        if ((bits & bit) !== 0) continue
        seen[node >>> 5] = bits | bit
        queue[count++] = node
      }
      if (parents === null) continue
      parents.fill(at, first, count)
      sortBetween(queue, first, count)
    }
    if (count === end) break
    starts.push(count)
  }
  for (let at = 0; at < count; at++) seen[queue[at]! >>> 5] = 0
  const nodes = queue.slice(0, count)
  for (let level = 1; level + 1 < starts.length; level++)
    sortBetween(nodes, starts[level]!, starts[level + 1]!)
  return { nodes, starts }
}

function cut({ nodes, starts }: Levels, limit: number): Reached {
  const kept = Math.min(nodes.length, limit)
  const depths = new Uint8Array(kept)
  for (let depth = 1; depth + 1 < starts.length; depth++) depths.fill(depth, starts[depth], starts[depth + 1])
  return {
    nodes: kept === nodes.length ? nodes : nodes.subarray(0, kept),
    depths,
    truncated: nodes.length > limit,
  }
}

/** Most ranges are a handful of nodes, for which the sort of typed arrays is slow to begin. */
function sortBetween(nodes: Uint32Array, from: number, to: number): void {
  if (to - from > 24) {
    nodes.subarray(from, to).sort()
    return
  }
  for (let at = from + 1; at < to; at++) {
    const node = nodes[at]!
    let place = at
    while (place > from && nodes[place - 1]! > node) {
      nodes[place] = nodes[place - 1]!
      place--
    }
    nodes[place] = node
  }
}

/** The nodes of the path to the node at a place: of all shortest ones the lexicographically least. */
export function pathTo({ nodes, depths, parents }: ReachedByPaths, place: number): number[] {
  const path = [nodes[place]!]
  for (let at = place; depths[at]! > 0;) {
    at = parents[at]!
    path.push(nodes[at]!)
  }
  return path.reverse()
}
