import type { MetricsSeries } from '../../metrics-keeper.ts'
import type { WalkReader } from '../../walk-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { createMetricsReads } from './metrics-reads.ts'
import { createPathReads } from './path-reads.ts'
import { createReachReads } from './reach-reads.ts'
import { createSimilarReads } from '../search/similar-reads.ts'
import { createSubgraphReads } from './subgraph-reads.ts'

export function createWalkReads(graph: MemoryGraph, metrics: MetricsSeries): WalkReader {
  return {
    ...createReachReads(graph),
    ...createPathReads(graph),
    ...createSubgraphReads(graph),
    ...createSimilarReads(graph),
    ...createMetricsReads(graph, metrics),
  }
}
