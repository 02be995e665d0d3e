import { runInThread } from '../run-in-thread.ts'
import type { GraphMetrics } from './measure-graph.ts'
import type { MetricsInput } from './metrics-input.ts'

/**
 * Computes a graph's metrics in a worker thread, which does not keep the process alive. It uses a whole core,
 * and memory proportional to the graph: run one at a time.
 * @param signal terminates the thread
 * @throws the thread's error, or the signal's reason
 */
export function computeMetrics(input: MetricsInput, signal: AbortSignal): Promise<GraphMetrics> {
  return runInThread(new URL('./metrics-worker.ts', import.meta.url), input, signal)
}
