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

/**
 * Walks by recursive SQL. It finds what is reachable by itself; of paths and subgraphs it finds the region where they
 * lie, in which the walks of src/graph are then made, so that both readers tell the same.
 */
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
