import { Worker } from 'node:worker_threads'
import type { GraphMetrics } from './measure-graph.ts'
import type { MetricsInput } from './metrics-input.ts'

/**
 * Computes the metrics of a graph in a thread of its own, which does not keep the process alive. It takes a whole core, and
 * memory in proportion to the graph: begin one at a time.
 *
 * @param signal ends the thread at once
 * @throws what the thread threw, or the reason of the signal
 * @example const { pageRank } = await computeMetrics(await copyEdges(topology, signal), signal)
 */
export async function computeMetrics(input: MetricsInput, signal: AbortSignal): Promise<GraphMetrics> {
  signal.throwIfAborted()
  const worker = new Worker(new URL('./metrics-worker.ts', import.meta.url), { workerData: input })
  worker.unref()
  const abort = () => void worker.terminate()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await new Promise<GraphMetrics>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', (code) => {
        const ended = new Error(`The thread that computes metrics ended with code ${code} and no answer.`)
        reject(signal.aborted ? (signal.reason as Error) : ended)
      })
    })
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
