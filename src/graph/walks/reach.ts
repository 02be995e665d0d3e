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
  /** Place in `nodes` of the node before it on its path; the start's is its own. */
  readonly parents: Uint32Array
  /** Whether there are more within the depth than were visited. */
  readonly truncated: boolean
}

/**
 * Breadth-first search, each node once at its least depth. Nodes are visited in the order of their paths, so the first
 * that finds a node has the lexicographically least of the shortest paths to it.
 *
 * @param rules `maxDepth` at most 255
 * @param limit how many nodes are given at most: the first by depth, then node
 * @example reach(topology, 5, { direction: 'OUT', relations: null, maxDepth: 3 })
 */
export function reach(
  topology: Topology,
  start: number,
  rules: WalkRules & { readonly maxDepth: number },
  limit = maximumVisited,
): Reached {
  const steps = createSteps(topology, rules)
  const { forth, queue, parents, far } = scratchOf(topology)
  const base = forth.begin(1)
  const visited = forth.values
  const levels = [0, 1]
  visited[start] = base
  queue[0] = start
  parents[0] = 0
  let count = 1
  while (levels.length <= rules.maxDepth + 1 && count <= limit) {
    const end = count
    for (let at = levels.at(-2)!; at < end; at++) {
      const first = count
      const found = neighborsInto(steps, queue[at]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        if (visited[node] === base) continue
        visited[node] = base
        parents[count] = at
        queue[count++] = node
      }
      sortBetween(queue, first, count)
    }
    if (count === end) break
    levels.push(count)
  }
  return inOrder(topology, levels, Math.min(count, limit), count > limit)
}

/** The queue of a walk, level by level in the order of the nodes. */
function inOrder(topology: Topology, levels: readonly number[], kept: number, truncated: boolean): Reached {
  const { queue, parents, places } = scratchOf(topology)
  const count = levels.at(-1)!
  const nodes = queue.slice(0, count)
  const depths = new Uint8Array(kept)
  for (let depth = 0; depth + 1 < levels.length; depth++) {
    sortBetween(nodes, levels[depth]!, levels[depth + 1]!)
    depths.fill(depth, levels[depth], levels[depth + 1])
  }
  for (let place = 0; place < count; place++) places[nodes[place]!] = place
  const parentPlaces = new Uint32Array(kept)
  for (let at = 0; at < count; at++) {
    const place = places[queue[at]!]!
    if (place < kept) parentPlaces[place] = places[queue[parents[at]!]!]!
  }
  return {
    nodes: count === kept ? nodes : nodes.slice(0, kept),
    depths,
    parents: parentPlaces,
    truncated,
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
export function pathTo({ nodes, depths, parents }: Reached, place: number): number[] {
  const path = [nodes[place]!]
  for (let at = place; depths[at]! > 0;) {
    at = parents[at]!
    path.push(nodes[at]!)
  }
  return path.reverse()
}
