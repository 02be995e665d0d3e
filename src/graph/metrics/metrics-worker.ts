import { parentPort, workerData } from 'node:worker_threads'
import type { Topology } from '../topology.ts'
import { measureGraph } from './measure-graph.ts'

const metrics = measureGraph(workerData as Topology)
parentPort?.postMessage(
  metrics,
  Object.values(metrics as unknown as Record<string, Uint32Array<ArrayBuffer>>).map(({ buffer }) => buffer),
)
