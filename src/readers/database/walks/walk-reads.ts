import type { Pool } from 'pg'
import type { MetricsSeries } from '../../metrics-keeper.ts'
import type { WalkReader } from '../../walk-reader.ts'
import type { Batch } from '../sql/batch.ts'
import type { GraphHash } from '../graph-hash.ts'
import { createMetricsReads } from './metrics-reads.ts'
import { createPathReads } from './path-reads.ts'
import { createReachReads } from './reach-reads.ts'
import { createSimilarReads } from '../search/similar-reads.ts'
import type { RunStatement } from '../sql/statement.ts'
import { createSubgraphReads } from './subgraph-reads.ts'
import type { View } from '../sql/view.ts'

/** Reachability is recursive SQL. Paths and subgraphs are read as a region and walked by src/graph, so both readers agree. */
export function createWalkReads(
  run: RunStatement,
  batch: Batch,
  pool: Pool,
  graphHash: GraphHash,
  view: View,
  metrics: MetricsSeries,
): WalkReader {
  return {
    ...createReachReads(run, batch),
    ...createPathReads(run),
    ...createSubgraphReads(run),
    ...createSimilarReads(run, batch),
    ...createMetricsReads(run, batch, pool, graphHash, view, metrics),
  }
}
