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

/** What to write; omitted lists stay unchanged. Entities, edges and sources may be streams of any length. */
export interface GraphRows extends VocabularyRows {
  readonly entities?: Rows<EntityContent> | undefined
  readonly edges?: Rows<EdgeContent> | undefined
  readonly media?: readonly MediaContent[] | undefined
  readonly workflows?: readonly WorkflowContent[] | undefined
  readonly runs?: Iterable<RunContent> | undefined
  readonly sources?: Rows<SourceContent> | undefined
}

const bulkWriteLock = 7_126_031

export async function tryLockBulkWrites(client: ClientBase): Promise<boolean> {
  const result = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
    bulkWriteLock,
  ])
  return result.rows[0]?.locked === true
}

export async function lockBulkWrites(client: ClientBase): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [bulkWriteLock])
}

/**
 * Bulk-writes a graph: rows are copied into temporary tables, and SQL merges the differences. Writing the
 * same rows again changes no row, revision or graph version. Entities and edges not given stay. Memory use is
 * constant.
 * @param context.client in a transaction that the caller ends. A second bulk writer waits here.
 * @returns rows inserted, updated, deleted and unchanged, by table
 * @throws AppError BAD_REQUEST on a duplicate slug, an unknown kind or relation, or a missing edge end
 */
export async function writeGraph(context: WriteContext, rows: GraphRows): Promise<GraphCounts> {
  const { client } = context
  await lockBulkWrites(client)
  await lockGraph(client)
  // Joins and groups hundreds of thousands of staged rows; the default 4 MB would spill to disk.
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
