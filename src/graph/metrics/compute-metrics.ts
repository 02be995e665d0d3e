import { runInThread } from '../run-in-thread.ts'
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
export function computeMetrics(input: MetricsInput, signal: AbortSignal): Promise<GraphMetrics> {
  return runInThread(new URL('./metrics-worker.ts', import.meta.url), input, signal)
}
