import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  chunkOf,
  countEntries,
  edgeShift,
  outgoingAt,
  type EdgeEnds,
  type Topology,
} from '../topology/topology.ts'

export interface MetricsInput extends EdgeEnds {
  readonly nodeCount: number
  readonly isSymmetric: Uint8Array
}

/** Edges copied without a pause: less than a millisecond. */
const edgesAtOnce = 100_000

/** The existing nodes, where some topology numbers are unused. */
export interface NodePlaces {
  readonly count: number
  readonly placeOf: Uint32Array
}

/** Copies a topology's edges in small pieces, so that this thread stays responsive. */
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

/** In memory shared between threads. */
export function createEnds(edges: number): EdgeEnds {
  return {
    sourceOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    targetOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    relationOf: new Uint16Array(new SharedArrayBuffer(edges * 2)),
  }
}
