import type { PoolClient } from 'pg'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { OperationError } from '../run/error.ts'

export interface TransactionMark {
  readonly id: string
  readonly startedAt: string
  /**
   * Rows this session has written, by table, including earlier transactions that the server has not reported
   * yet.
   */
  readonly writes: ReadonlyMap<string, number>
}

export async function markTransaction(client: PoolClient): Promise<TransactionMark> {
  const { rows } = await client.query<{ id: string; startedAt: string }>(
    `SELECT pg_current_xact_id()::text AS id, now()::text AS "startedAt"`,
  )
  const written = await client.query<{ name: string; rows: string }>(
    `SELECT relname AS name, (n_tup_ins + n_tup_upd + n_tup_del)::text AS rows
     FROM pg_stat_xact_user_tables WHERE schemaname = 'public'`,
  )
  const { id, startedAt } = rows[0] as { id: string; startedAt: string }
  const writes = new Map(written.rows.map(({ name, rows }) => [name, Number(rows)]))
  return { id, startedAt: toRfc3339(startedAt), writes }
}

/** Written by triggers on every graph write. */
const allowedAlways = ['kb_graph_version', 'kb_changes']

/**
 * Verifies the transaction after the work: checks deferred constraints now, so that a dry run hits them too;
 * the transaction must be the same; and no undeclared table may have been written, for example by a cascade.
 */
export async function finishWork(
  client: PoolClient,
  before: TransactionMark,
  declared: readonly string[],
): Promise<void> {
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  const after = await markTransaction(client)
  if (after.id !== before.id) {
    throw invalid(
      'The migration left its transaction. Its earlier writes may have been committed: check its tables.',
    )
  }
  const undeclared = [...after.writes]
    .filter(([name, rows]) => rows > (before.writes.get(name) ?? 0))
    .map(([name]) => name)
    .filter((name) => !declared.includes(name) && !allowedAlways.includes(name))
  if (undeclared.length === 0) return
  const names = undeclared.map((name) => `\`${name}\``).join(', ')
  throw invalid(
    `The migration wrote to ${names}, which \`writes\` does not list, so it would not be counted. This run was rolled back.`,
  )
}

function invalid(message: string): OperationError {
  return new OperationError('failed', 'invalid', message)
}
