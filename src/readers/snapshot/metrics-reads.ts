import { instantOf } from '../../domain/timestamp.ts'
import { computeMetrics } from '../../graph/metrics/compute-metrics.ts'
import type { GraphMetrics } from '../../graph/metrics/measure-graph.ts'
import { metricsAt } from '../metrics-record.ts'
import type { WalkReader } from '../walk-reader.ts'
import { graphHashOf } from './graph-hash.ts'
import type { MemoryGraph } from './memory-graph.ts'

interface Measured {
  readonly computedAt: string
  readonly metrics: GraphMetrics
}

/** Metrics of the whole graph, computed off this thread when they are first asked for, and kept with the graph. */
export function createMetricsReads(graph: MemoryGraph): Pick<WalkReader, 'metricsOf'> {
  const { snapshot } = graph
  return {
    async metricsOf(slug) {
      const node = snapshot.find(slug)
      if (node === -1) return null
      const { metrics, computedAt } = await graph.derive(measurement)()
      return { ...metricsAt(metrics, node), graphHash: snapshot.derive(graphHashOf), computedAt }
    },
  }
}

/** Callers at the same time share one computation; after one that failed, the next caller begins another. */
function measurement({ snapshot }: MemoryGraph): () => Promise<Measured> {
  let flight: Promise<Measured> | null = null
  async function measure(): Promise<Measured> {
    try {
      const metrics = await computeMetrics(snapshot.topology)
      return { metrics, computedAt: instantOf(new Date()) }
    } catch (error) {
      flight = null
      throw error
    }
  }
  return () => (flight ??= measure())
}
