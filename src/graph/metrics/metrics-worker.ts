import { parentPort, workerData } from 'node:worker_threads'
import { createTopology } from '../topology/build.ts'
import type { MetricsInput } from './metrics-input.ts'
import { measureGraph } from './measure-graph.ts'

const { nodeCount, isSymmetric, ...ends } = workerData as MetricsInput
// No metric uses weights.
const metrics = measureGraph(createTopology(nodeCount, ends, new Float64Array(0), isSymmetric))
const { isApproximate: _, ...figures } = metrics
parentPort?.postMessage(
  metrics,
  Object.values(figures as unknown as Record<string, Uint32Array<ArrayBuffer>>).map(({ buffer }) => buffer),
)
