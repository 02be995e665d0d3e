import type { TraversalDirection } from '../../domain/graph/filter.ts'
import type { Snapshot } from '../snapshot.ts'
import { carried, type Moved } from '../columns/carried.ts'
import { Numbers } from '../columns/chunks.ts'
import { atOnce, type Work } from '../in-turns.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt, type Topology } from './topology.ts'

export interface Halves {
  readonly direction: TraversalDirection
  /** 1 for each included relation, by number; null for all. */
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

/** Visits outgoing, then incoming edges, self-loops once, until `visit` returns true. */
export function eachHalfEdge(
  topology: Topology,
  node: number,
  { direction, relations }: Halves,
  visit: (far: number, edge: number, isIncoming: boolean) => boolean,
): boolean {
  const { relationOf, isSymmetric } = topology
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  const incoming = chunk[incomingAt(node)]!
  for (let at = chunk[outgoingAt(node)]!; at < incoming; at++) {
    const edge = chunk[at + shift]!
    const relation = relationOf[edge]!
    if (relations !== null && relations[relation] === 0) continue
    // A self-loop walked against its direction is among the incoming ones.
    if (direction === 'IN' && (isSymmetric[relation] === 0 || chunk[at] === node)) continue
    if (visit(chunk[at]!, edge, false)) return true
  }
  for (let at = incoming; at < chunk[incomingAt(node) + 1]!; at++) {
    const edge = chunk[at + shift]!
    const relation = relationOf[edge]!
    if (relations !== null && relations[relation] === 0) continue
    if (direction === 'OUT' && isSymmetric[relation] === 0) continue
    if (direction !== 'IN' && chunk[at] === node) continue
    if (visit(chunk[at]!, edge, true)) return true
  }
  return false
}

export function countHalfEdges(topology: Topology, node: number, halves: Halves): number {
  let count = 0
  eachHalfEdge(topology, node, halves, () => {
    count++
    return false
  })
  return count
}

const degrees = {
  OUT: carriedDegrees('OUT'),
  IN: carriedDegrees('IN'),
  ANY: carriedDegrees('ANY'),
} satisfies Record<TraversalDirection, unknown>

/** Each node's degree over all relations. */
export function degreesOf(snapshot: Snapshot, direction: TraversalDirection): Numbers {
  return snapshot.derive(degrees[direction])
}

function carriedDegrees(direction: TraversalDirection) {
  const halves: Halves = { direction, relations: null }
  return carried(
    ({ topology, nodeBound }) =>
      atOnce(Numbers.from(nodeBound, (node) => countHalfEdges(topology, node, halves))),
    function* (former: Numbers, { after, goingNodes, comingNodes, touchedNodes }: Moved): Work<Numbers> {
      const edit = former.edit()
      edit.grow(after.nodeBound, 0)
      for (const nodes of [goingNodes, comingNodes, touchedNodes])
        for (const [at, node] of nodes.entries()) {
          edit.set(node, countHalfEdges(after.topology, node, halves))
          if (at % 64 === 0) yield
        }
      return edit.finish()
    },
    (former, numberOf, nodeBound) => former.renumbered(numberOf, nodeBound),
  )
}
