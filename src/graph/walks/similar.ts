import type { Topology } from '../topology/topology.ts'
import { scratchOf } from './scratch.ts'
import { createSteps, neighborsInto, type Steps } from './steps.ts'

export interface SimilarNode {
  readonly node: number
  /** Jaccard index: intersection over union; above 0, at most 1. */
  readonly score: number
}

/** By descending Jaccard index, then node. Undirected; parallel edges count once, self-loops never. */
export function similarByNeighbors(topology: Topology, node: number, limit: number): SimilarNode[] {
  const steps = createSteps(topology, { direction: 'ANY', relations: null })
  const own = neighborsOf(steps, node)
  return rank(
    countShared(own, node, (near) => neighborsOf(steps, near)),
    own.length,
    limit,
    (other) => neighborsOf(steps, other).length,
  )
}

export function sharedNeighbors(topology: Topology, left: number, right: number): number[] {
  const steps = createSteps(topology, { direction: 'ANY', relations: null })
  const theirs = new Set(neighborsOf(steps, right))
  return neighborsOf(steps, left)
    .filter((node) => theirs.has(node))
    .sort((one, other) => one - other)
}

function neighborsOf(steps: Steps, node: number): number[] {
  const { kept, far } = scratchOf(steps.topology)
  const base = kept.begin(1)
  kept.values[node] = base
  const neighbors: number[] = []
  const found = neighborsInto(steps, node, far)
  for (let index = 0; index < found; index++) {
    const near = far[index]!
    if (kept.values[near] === base) continue
    kept.values[near] = base
    neighbors.push(near)
  }
  return neighbors
}

/** How many of a node's things each other node shares. */
function countShared(
  own: readonly number[],
  node: number,
  holdersOf: (thing: number) => Iterable<number>,
): Map<number, number> {
  const counts = new Map<number, number>()
  for (const thing of own)
    for (const holder of holdersOf(thing))
      if (holder !== node) counts.set(holder, (counts.get(holder) ?? 0) + 1)
  return counts
}

function rank(
  shared: ReadonlyMap<number, number>,
  ownSize: number,
  limit: number,
  sizeOf: (node: number) => number,
): SimilarNode[] {
  return Array.from(shared, ([node, count]) => ({ node, score: count / (ownSize + sizeOf(node) - count) }))
    .sort((left, right) => right.score - left.score || left.node - right.node)
    .slice(0, limit)
}
