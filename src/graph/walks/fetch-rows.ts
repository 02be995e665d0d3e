import { nothing } from '../snapshot.ts'
import { chunkOf, outgoingAt, type Topology } from '../topology/topology.ts'

/**
 * Looks at the rows of some nodes one right after the other before they are needed: the processor then waits for many of them at
 * once, while between the steps of a walk, whose branches it cannot guess, it would wait for each.
 */
export function fetchRows(topology: Topology, nodes: Uint32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const chunk = chunkOf(topology, nodes[at]!)
    const first = chunk[outgoingAt(nodes[at]!)]!
    if (chunk[Math.min(first, chunk.length - 1)] === nothing)
      throw new RangeError(`The row of node ${nodes[at]} is damaged.`)
  }
}
