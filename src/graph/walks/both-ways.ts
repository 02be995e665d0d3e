import type { HalfEdges, Topology } from '../topology.ts'

/** Where steps lead, node by node: compressed sparse rows without the edges. */
export type Rows = Pick<HalfEdges, 'start' | 'far'>

const known = new WeakMap<Topology, Rows>()

/**
 * The far ends of a node's outgoing edges and then of its incoming ones, in one row: what most walks ask of a node lies in one
 * place then, and how long they take is how often they must wait for memory. Made at the first of them, in time in proportion to
 * nodes and edges.
 */
export function bothWays(topology: Topology): Rows {
  let rows = known.get(topology)
  if (rows === undefined) known.set(topology, (rows = join(topology)))
  return rows
}

function join({ nodeCount, outgoing, incoming }: Topology): Rows {
  const start = new Uint32Array(nodeCount + 1)
  const far = new Uint32Array(outgoing.far.length + incoming.far.length)
  let count = 0
  for (let node = 0; node < nodeCount; node++) {
    for (const { start: from, far: nodes } of [outgoing, incoming])
      for (let at = from[node]!; at < from[node + 1]!; at++) far[count++] = nodes[at]!
    start[node + 1] = count
  }
  return { start, far }
}

/**
 * Looks at the rows of some nodes one right after the other before they are needed: the processor then waits for many of them at
 * once, while between the steps of a walk, whose branches it cannot guess, it would wait for each.
 */
export function fetchRows({ start, far }: Rows, nodes: Uint32Array, from: number, to: number): void {
  const last = far.length - 1
  const nodeCount = start.length - 1
  if (last === -1) return
  for (let at = from; at < to; at++)
    if (far[Math.min(start[nodes[at]!]!, last)]! >= nodeCount)
      throw new RangeError(`The row of node ${nodes[at]} is damaged.`)
}
