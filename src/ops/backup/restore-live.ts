import type { Pool, PoolClient } from 'pg'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import { sqlStateOf } from '../../database/connection/connection-loss.ts'
import { lockGraph } from '../../database/graph/writer-context.ts'
import { hashTableRows } from '../../database/tables/table-hash.ts'
import { publicRelation } from '../../database/tables/table-shape.ts'
import type { Backup } from './create.ts'
import { commitOnce } from '../run/commit-once.ts'
import { OperationError } from '../run/error.ts'
import { loadBackup, requireSameSchema, type RestoreOptions } from './restore-backup.ts'

const lockTimeout = '30s'
const lockNotAvailable = '55P03'

interface LiveOptions extends Pick<RestoreOptions, 'signal' | 'onProgress'> {
  readonly actor: string
  readonly atVersion?: number | undefined
}

/**
 * Replaces tables of a live database by a backup's, in one transaction: proven equal to the backup before
 * COMMIT, with a graph version above both, which invalidates every cache.
 * @param also further work in the same transaction
 * @throws OperationError `busy` if the tables stay locked, `plan-mismatch` if the graph version differs,
 * `failed` if the loaded rows differ from the backup
 */
export async function restoreLive<Result>(
  pool: Pool,
  backup: Backup,
  tables: readonly string[],
  { actor, atVersion, ...options }: LiveOptions,
  also: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  requireSameSchema(backup.manifest)
  try {
    const result = await commitOnce(pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`)
      await client.query(`LOCK TABLE ${tables.map(publicRelation).join(', ')} IN ACCESS EXCLUSIVE MODE`)
      await lockGraph(client)
      if (atVersion !== undefined) await requireVersion(client, atVersion)
      await loadBackup(client, backup, { ...options, tables })
      await requireEqual(client, backup, tables)
      const { rows } = await client.query<{ moment: string }>(
        `UPDATE public.kb_graph_version SET version = greatest(version, $1) + 1,
           changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond'),
           tables = (SELECT jsonb_object_agg(name, greatest(version, $1) + 1) FROM unnest($2::text[]) AS names(name))
         WHERE id = 1 RETURNING changed_at::text AS moment, pg_notify('kb_changes', '')`,
        [backup.manifest.graph.version, tables],
      )
      // The rows were loaded with triggers off, so record the changes in the history now.
      await setChangeAuthor(client, { actor })
      await client.query('SELECT public.kb_sync_history($1)', [rows[0]?.moment])
      options.signal?.throwIfAborted()
      return also(client)
    })
    await pool.query(`ANALYZE ${tables.map(publicRelation).join(', ')}`)
    return result
  } catch (error) {
    if (sqlStateOf(error) !== lockNotAvailable) throw error
    const message = `The tables were locked for more than ${lockTimeout}. Run it again later; nothing was written.`
    throw new OperationError('busy', 'already-running', message, { cause: error })
  }
}

/** Writes since the plan was made are in no backup yet. */
async function requireVersion(client: PoolClient, expected: number): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    'SELECT version::text FROM public.kb_graph_version WHERE id = 1',
  )
  if (Number(rows[0]?.version ?? 0) === expected) return
  const message =
    'The graph has changed since this run began, so the backup made before may miss a change. Nothing was written. ' +
    'Stop all writers, then run this again.'
  throw new OperationError('refused', 'plan-mismatch', message)
}

async function requireEqual(
  client: PoolClient,
  { manifest }: Backup,
  tables: readonly string[],
): Promise<void> {
  const wrong: string[] = []
  for (const { table, columns, hash } of manifest.tables) {
    if (!tables.includes(table)) continue
    const loaded = await hashTableRows({ client, relation: publicRelation(table) }, columns)
    if (loaded.hash !== hash) wrong.push(table)
  }
  if (wrong.length === 0) return
  throw new OperationError(
    'failed',
    'failed',
    `The loaded rows of ${wrong.join(', ')} differ from the backup ${manifest.id}. Everything was rolled back.`,
  )
}
