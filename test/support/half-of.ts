import { chunkOf, edgeShift, type outgoingAt, type Topology } from '../../src/graph/topology/topology.ts'

/** The entries of one half of a node's row, in order. */
export function halfOf(topology: Topology, node: number, halfAt: typeof outgoingAt) {
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  const [from, to] = [chunk[halfAt(node)]!, chunk[halfAt(node) + 1]!]
  return Array.from({ length: to - from }, (_, at) => ({
    far: chunk[from + at]!,
    edge: chunk[from + at + shift]!,
  }))
}
