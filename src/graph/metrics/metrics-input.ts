import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  chunkOf,
  countEntries,
  edgeShift,
  outgoingAt,
  type EdgeEnds,
  type Topology,
} from '../topology/topology.ts'

/** What the thread that computes metrics is sent: the edges, without weights, which no metric asks for. */
export interface MetricsInput extends EdgeEnds {
  readonly nodeCount: number
  readonly isSymmetric: Uint8Array
}

/** Edges that are copied without a pause: less than a millisecond's work. */
const edgesAtOnce = 100_000

/** The nodes that there are, where a topology has numbers that are no node's. */
export interface NodePlaces {
  readonly count: number
  /** By number of the node, its place among those that there are. */
  readonly placeOf: Uint32Array
}

/**
 * Copies the edges of a topology for another thread, in small pieces, so that this one goes on answering.
 *
 * @throws the reason of the signal
 */
export async function copyEdges(
  topology: Topology,
  signal: AbortSignal,
  places?: NodePlaces,
): Promise<MetricsInput> {
  const { nodeBound, relationOf, isSymmetric } = topology
  const placeOf = (node: number) => (places === undefined ? node : places.placeOf[node]!)
  const copy = createEnds(countEntries(topology) / 2)
  let row = 0
  let pause = edgesAtOnce
  for (let node = 0; node < nodeBound; node++) {
    const chunk = chunkOf(topology, node)
    const shift = edgeShift(chunk)
    const half = outgoingAt(node)
    for (let at = chunk[half]!; at < chunk[half + 1]!; at++) {
      copy.sourceOf[row] = placeOf(node)
      copy.targetOf[row] = placeOf(chunk[at]!)
      copy.relationOf[row] = relationOf[chunk[at + shift]!]!
      if (row++ < pause) continue
      pause += edgesAtOnce
      await nextTurn()
      signal.throwIfAborted()
    }
  }
  return { nodeCount: places?.count ?? nodeBound, isSymmetric, ...copy }
}

/** Room for so many edges, in memory that threads share. */
export function createEnds(edges: number): EdgeEnds {
  return {
    sourceOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    targetOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    relationOf: new Uint16Array(new SharedArrayBuffer(edges * 2)),
  }
}
