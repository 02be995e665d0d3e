import type { ClientBase } from 'pg'
import type {
  EdgeContent,
  EntityContent,
  MediaContent,
  RunContent,
  SourceContent,
  WorkflowContent,
} from '../../domain/graph/graph-content.ts'
import type { GraphCounts } from './counts.ts'
import { lockGraph, type Rows, type WriteContext } from './writer-context.ts'
import { writeEdges } from './write-edges.ts'
import { writeEntities } from './write-entities.ts'
import { writeMedia } from './write-media.ts'
import { writeRuns, writeSources } from './write-provenance.ts'
import { writeVocabulary, type VocabularyRows } from './write-vocabulary.ts'
import { writeWorkflows } from './write-workflows.ts'

/** What to write; a list that is left out is left alone. Entities, edges and sources may be streams of any length. */
export interface GraphRows extends VocabularyRows {
  readonly entities?: Rows<EntityContent> | undefined
  readonly edges?: Rows<EdgeContent> | undefined
  readonly media?: readonly MediaContent[] | undefined
  readonly workflows?: readonly WorkflowContent[] | undefined
  readonly runs?: Iterable<RunContent> | undefined
  readonly sources?: Rows<SourceContent> | undefined
}

/** Any constant serves, as long as every bulk writer takes the same. */
const bulkWriteLock = 7_126_031

/** Takes the lock of bulk writers until the transaction ends; false if another one holds it. */
export async function tryLockBulkWrites(client: ClientBase): Promise<boolean> {
  const result = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
    bulkWriteLock,
  ])
  return result.rows[0]?.locked === true
}

/** Waits for other bulk writers, and keeps them out until the transaction ends. */
export async function lockBulkWrites(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [bulkWriteLock])
}

/**
 * Writes a graph into the kb_* tables, set by set: rows go by COPY into temporary tables, and SQL merges what differs.
 * Nothing is written twice: the same rows again change no row, no revision and not the graph version. Entities and edges
 * that are not given stay as they are. Memory does not grow with the number of rows.
 *
 * @param context.client a client inside a transaction, which the caller commits or rolls back. One bulk writer at a time:
 *   a second one waits here.
 * @returns rows inserted, updated, deleted and unchanged, by table.
 * @throws AppError BAD_REQUEST on a slug given twice, an unknown kind or relation, or an edge without its end.
 * @example await withTransaction(pool, 'READ COMMITTED', (client) => writeGraph({ client }, { kinds, entities, relations, edges }))
 */
export async function writeGraph(context: WriteContext, rows: GraphRows): Promise<GraphCounts> {
  const { client } = context
  await lockBulkWrites(client)
  await lockGraph(client)
  // Stages of hundreds of thousands of rows are joined and grouped here; the default 4 MB would spill to disk each time.
  await client.query(`SELECT set_config('work_mem', '64MB', true)`)
  return {
    ...(await writeVocabulary(context, rows)),
    ...(rows.runs && (await writeRuns(context, rows.runs))),
    ...(rows.entities && (await writeEntities(context, rows.entities))),
    ...(rows.edges && (await writeEdges(context, rows.edges))),
    ...(rows.media && (await writeMedia(context, rows.media))),
    ...(rows.workflows && (await writeWorkflows(context, rows.workflows))),
    ...(rows.sources && (await writeSources(context, rows.sources))),
  }
}
