import { Worker } from 'node:worker_threads'
import type { Topology } from '../topology.ts'
import type { GraphMetrics } from './measure-graph.ts'

/** The computation before; it takes a whole core, so two at once would only slow each other and the server. */
let before: Promise<unknown> = Promise.resolve()

/**
 * Computes the metrics of a graph in a thread of its own, which begins with a copy of the topology (or shares it, where
 * its arrays are shared). One thread at a time; it does not keep the process alive.
 *
 * @param signal ends the thread
 * @throws what the thread threw, or that it ended without an answer
 * @example const { pageRank } = await computeMetrics(topology)
 */
export function computeMetrics(topology: Topology, signal?: AbortSignal): Promise<GraphMetrics> {
  const metrics = before.then(() => runThread(topology, signal))
  before = metrics.catch(() => undefined)
  return metrics
}

async function runThread(topology: Topology, signal?: AbortSignal): Promise<GraphMetrics> {
  signal?.throwIfAborted()
  const { nodeCount, outgoing, incoming, relationOf, weightOf, isSymmetric } = topology
  const worker = new Worker(new URL('./metrics-worker.ts', import.meta.url), {
    workerData: { nodeCount, outgoing, incoming, relationOf, weightOf, isSymmetric } satisfies Topology,
  })
  worker.unref()
  const abort = () => void worker.terminate()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await new Promise<GraphMetrics>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) =>
        reject(new Error(`The thread that computes metrics ended with code ${code} and no answer.`)),
      )
    })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
