import { outgoingAt, rowBits, type Topology } from '../topology/topology.ts'
import { scratchOf } from './scratch.ts'
import { sortNodes } from './sort-nodes.ts'
import { fetchRows } from './fetch-rows.ts'
import { createSteps, neighborsInto, partOfRow, type WalkRules } from './steps.ts'

export const maximumVisited = 10_000

interface Levels {
  readonly nodes: readonly number[]
  /** Where each level starts in `nodes`, and the end of the last one. */
  readonly starts: readonly number[]
}

/** Everything within some steps of a start, the start itself first. */
export interface Reached extends Levels {
  readonly truncated: boolean
}

export interface ReachedByPaths extends Reached {
  /** Place in `nodes` of the previous node on its path; the start's is its own. */
  readonly parents: Uint32Array
}

export interface ReachRules extends WalkRules {
  readonly maxDepth: number
}

/**
 * Breadth-first search; each node once at its least depth.
 * @param limit the most nodes returned: the first by depth, then node
 * @example reach(topology, 5, { direction: 'OUT', relations: null, maxDepth: 3 })
 */
export function reach(topology: Topology, start: number, rules: ReachRules, limit = maximumVisited): Reached {
  return cut(nodesByLevel(topology, start, rules, limit, null), limit)
}

/** Visits nodes in path order, so each is found by the least of its shortest paths. */
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

/**
 * Searches up to the level that passes the limit.
 * @param parents receives the queue place from which each node was found, if path order matters; the scratch
 * queue is then left in visiting order
 */
function nodesByLevel(
  topology: Topology,
  start: number,
  rules: ReachRules,
  limit: number,
  parents: Uint32Array | null,
): Levels {
  const { nodeBound, chunks } = topology
  const steps = createSteps(topology, rules)
  const part = partOfRow(steps)
  const { seen, queue, backQueue: spare, far: copied } = scratchOf(topology)
  const starts = [0, 1]
  seen[start >>> 5]! |= 1 << (start & 31)
  queue[0] = start
  if (parents !== null) parents[0] = 0
  let count = 1
  while (starts.length <= rules.maxDepth + 1 && count <= limit) {
    const end = count
    fetchRows(topology, queue, starts.at(-2)!, end)
    for (let at = starts.at(-2)!; at < end; at++) {
      const first = count
      const near = queue[at]!
      const chunk = chunks[near >>> rowBits]!
      const far = part === null ? copied : chunk
      const from = part === null ? 0 : chunk[outgoingAt(near) + part.from]!
      const to = part === null ? neighborsInto(steps, near, copied) : chunk[outgoingAt(near) + part.to]!
      for (let index = from; index < to; index++) {
        const node = far[index]!
        const bits = seen[node >>> 5]!
        // Branchless: every node is written, but counted only if new, since a branch would be unpredictable.
        seen[node >>> 5] = bits | (1 << (node & 31))
        queue[count] = node
        count += 1 - ((bits >>> (node & 31)) & 1)
      }
      if (parents === null) continue
      parents.fill(at, first, count)
      sortNodes(queue, first, count, spare, nodeBound)
    }
    if (count === end) break
    starts.push(count)
  }
  for (let at = 0; at < count; at++) seen[queue[at]! >>> 5] = 0
  const sorted = parents === null ? queue : queue.slice(0, count)
  for (let level = 1; level + 1 < starts.length; level++)
    sortNodes(sorted, starts[level]!, starts[level + 1]!, spare, nodeBound)
  return { nodes: toArray(sorted, count), starts }
}

function cut({ nodes, starts }: Levels, limit: number): Reached {
  const kept = Math.min(nodes.length, limit)
  return {
    nodes: kept === nodes.length ? nodes : nodes.slice(0, kept),
    starts: kept === nodes.length ? starts : starts.map((place) => Math.min(place, kept)),
    truncated: nodes.length > limit,
  }
}

/** Creating a small typed array takes longer than a short walk. */
function toArray(nodes: Uint32Array, count: number): number[] {
  const array = new Array<number>(count)
  for (let at = 0; at < count; at++) array[at] = nodes[at]!
  return array
}

export function depthAt({ starts }: Levels, place: number): number {
  let depth = 0
  while (starts[depth + 1]! <= place) depth++
  return depth
}

/** The lexicographically least shortest path to the node at a place. */
export function pathTo({ nodes, parents }: ReachedByPaths, place: number): number[] {
  const path = [nodes[place]!]
  for (let at = place; at > 0;) {
    at = parents[at]!
    path.push(nodes[at]!)
  }
  return path.reverse()
}
