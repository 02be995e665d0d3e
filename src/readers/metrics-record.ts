import type { GraphMetrics } from '../graph/metrics/measure-graph.ts'
import type { MetricsRecord } from './walk-reader.ts'

/** The metrics of one entity, by number. */
export function metricsAt(
  metrics: GraphMetrics,
  node: number,
): Omit<MetricsRecord, 'graphHash' | 'computedAt'> {
  return {
    degree: metrics.degree[node]!,
    inDegree: metrics.inDegree[node]!,
    outDegree: metrics.outDegree[node]!,
    pageRank: metrics.pageRank[node]!,
    betweenness: metrics.betweenness[node]!,
    coreness: metrics.coreness[node]!,
    component: metrics.component[node]!,
    community: metrics.community[node]!,
  }
}
