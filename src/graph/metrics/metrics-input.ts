import { setImmediate as nextTurn } from 'node:timers/promises'
import type { EdgeEnds, Topology } from '../topology.ts'

/** What the thread that computes metrics is sent: the edges, without weights, which no metric asks for. */
export interface MetricsInput extends EdgeEnds {
  readonly nodeCount: number
  readonly isSymmetric: Uint8Array
}

/** Edges that are copied without a pause: less than a millisecond's work. */
const edgesAtOnce = 100_000

/**
 * Copies the edges of a topology for another thread, in small pieces, so that this one goes on answering.
 *
 * @throws the reason of the signal
 */
export async function copyEdges(topology: Topology, signal: AbortSignal): Promise<MetricsInput> {
  const { nodeCount, outgoing, relationOf, isSymmetric } = topology
  const { start, far, edge } = outgoing
  const copy = createEnds(far.length)
  let pause = edgesAtOnce
  for (let node = 0; node < nodeCount; node++)
    for (let row = start[node]!; row < start[node + 1]!; row++) {
      copy.sourceOf[row] = node
      copy.targetOf[row] = far[row]!
      copy.relationOf[row] = relationOf[edge[row]!]!
      if (row < pause) continue
      pause += edgesAtOnce
      await nextTurn()
      signal.throwIfAborted()
    }
  return { nodeCount, isSymmetric, ...copy }
}

/** Room for so many edges, in memory that threads share. */
export function createEnds(edges: number): EdgeEnds {
  return {
    sourceOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    targetOf: new Uint32Array(new SharedArrayBuffer(edges * 4)),
    relationOf: new Uint16Array(new SharedArrayBuffer(edges * 2)),
  }
}
