import type { Pool } from 'pg'
import { createMetricsKeeper, type MetricsKeeper } from '../metrics-keeper.ts'
import type { Reader } from '../reader.ts'
import { createAdjacencyReads } from './adjacency-reads.ts'
import { createBatch } from './sql/batch.ts'
import { createChangeReads } from './change-reads.ts'
import { createConstellationReads } from './constellation.ts'
import { createEdgeReads } from './edge-reads.ts'
import { createEntityReads } from './entity-reads.ts'
import { createGraphHash } from './graph-hash.ts'
import { createMediaReads } from './media-reads.ts'
import { createProvenanceReads } from './provenance-reads.ts'
import { createSearchReads } from './search/search-reads.ts'
import { createRunStatement, type StatementEvent } from './sql/statement.ts'
import { createVocabularyReads } from './vocabulary-reads.ts'
import { publicView, type View } from './sql/view.ts'
import { createWalkReads } from './walks/walk-reads.ts'
import { createWorkflowReads } from './workflow-reads.ts'

/** The stateless reader on Postgres: one statement per level of a request. The constellation is always the public's. */
export function createDatabaseReader(
  pool: Pool,
  observe?: (event: StatementEvent) => void,
  view: View = publicView,
  metrics: MetricsKeeper = createMetricsKeeper(),
): Reader {
  const run = createRunStatement(pool, observe, view)
  const batch = createBatch()
  const graphHash = createGraphHash(pool, { sees: 'published', at: view.at })
  return {
    ...createEntityReads(run, batch),
    ...createEdgeReads(run, batch),
    ...createAdjacencyReads(run, batch),
    ...createVocabularyReads(run, batch, pool, graphHash, view),
    ...createMediaReads(run, batch, view),
    ...createWorkflowReads(run, batch),
    ...createProvenanceReads(run, batch, view),
    ...createSearchReads(run, view),
    ...createChangeReads(run, batch, view),
    ...createWalkReads(run, batch, pool, graphHash, view, metrics.series(view.at === null)),
    ...createConstellationReads(pool, graphHash),
  }
}
