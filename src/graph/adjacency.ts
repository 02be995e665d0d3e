import type { TraversalDirection } from '../domain/filter.ts'
import type { Snapshot } from './snapshot.ts'
import type { HalfEdges, Topology } from './topology.ts'

/** Which edges of a node count; a symmetric relation ignores the direction. */
export interface Halves {
  readonly direction: TraversalDirection
  /** 1 for each relation that counts, by number; null for all. */
  readonly relations: Uint8Array | null
}

export function selectHalves(
  snapshot: Snapshot,
  { direction, relations }: { direction: TraversalDirection; relations: readonly string[] | null },
): Halves {
  if (relations === null) return { direction, relations: null }
  const { find, all } = snapshot.terms.relations
  const chosen = new Uint8Array(all.length)
  for (const key of relations) {
    const number = find(key)
    if (number !== undefined) chosen[number] = 1
  }
  return { direction, relations: chosen }
}

/**
 * Visits the edges of a node: those that go out, then those that come in. An edge from a node to itself is met once.
 *
 * @param visit stops the round by answering true
 * @returns whether it was stopped
 */
export function eachHalfEdge(
  { outgoing, incoming, relationOf, isSymmetric }: Topology,
  node: number,
  { direction, relations }: Halves,
  visit: (far: number, edge: number, isIncoming: boolean) => boolean,
): boolean {
  for (let at = outgoing.start[node]!; at < outgoing.start[node + 1]!; at++) {
    const edge = outgoing.edge[at]!
    const relation = relationOf[edge]!
    if (relations !== null && relations[relation] === 0) continue
    // A self-loop that is walked against its direction is met among the incoming ones.
    if (direction === 'IN' && (isSymmetric[relation] === 0 || outgoing.far[at] === node)) continue
    if (visit(outgoing.far[at]!, edge, false)) return true
  }
  for (let at = incoming.start[node]!; at < incoming.start[node + 1]!; at++) {
    const edge = incoming.edge[at]!
    const relation = relationOf[edge]!
    if (relations !== null && relations[relation] === 0) continue
    if (direction === 'OUT' && isSymmetric[relation] === 0) continue
    if (direction !== 'IN' && incoming.far[at] === node) continue
    if (visit(incoming.far[at]!, edge, true)) return true
  }
  return false
}

/** How many edges of a node count. */
export function countHalfEdges(topology: Topology, node: number, halves: Halves): number {
  if (halves.relations === null) return degreesOf(topology, halves.direction)[node]!
  let count = 0
  eachHalfEdge(topology, node, halves, () => {
    count++
    return false
  })
  return count
}

const degrees = new WeakMap<Topology, Partial<Record<TraversalDirection, Uint32Array>>>()

/** Degree of each node over all relations, computed once for a topology and a direction. */
export function degreesOf(topology: Topology, direction: TraversalDirection): Uint32Array {
  let known = degrees.get(topology)
  if (known === undefined) degrees.set(topology, (known = {}))
  return (known[direction] ??= computeDegrees(topology, direction))
}

function computeDegrees(topology: Topology, direction: TraversalDirection): Uint32Array {
  const { outgoing, incoming, nodeCount } = topology
  const counts = new Uint32Array(nodeCount)
  const add = (
    halves: HalfEdges,
    counts: Uint32Array,
    counting: (relation: number, isLoop: boolean) => boolean,
  ) => {
    for (let node = 0; node < nodeCount; node++)
      for (let at = halves.start[node]!; at < halves.start[node + 1]!; at++)
        if (counting(topology.relationOf[halves.edge[at]!]!, halves.far[at] === node)) counts[node]!++
  }
  const isSymmetric = (relation: number) => topology.isSymmetric[relation] === 1
  add(outgoing, counts, (relation, isLoop) => direction !== 'IN' || (isSymmetric(relation) && !isLoop))
  add(incoming, counts, (relation, isLoop) => {
    if (direction === 'OUT') return isSymmetric(relation) && !isLoop
    return direction === 'IN' || !isLoop
  })
  return counts
}
