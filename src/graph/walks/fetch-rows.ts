import { nothing } from '../snapshot.ts'
import { chunkOf, outgoingAt, type Topology } from '../topology/topology.ts'

/** Prefetches rows in one loop, so that their cache misses overlap; in a walk each would stall. */
export function fetchRows(topology: Topology, nodes: Uint32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const chunk = chunkOf(topology, nodes[at]!)
    const first = chunk[outgoingAt(nodes[at]!)]!
    if (chunk[Math.min(first, chunk.length - 1)] === nothing)
      throw new RangeError(`The row of node ${nodes[at]} is damaged.`)
  }
}
