import type { Pool } from 'pg'
import { createPool } from '../../database/connection/create-pool.ts'
import type { DatabaseLog } from '../../database/connection/database-log.ts'
import { isPooled } from '../../database/connection/database-url.ts'
import { SettingsError } from '../../errors.ts'
import { OperationError } from '../run/error.ts'

/** Rows ever written to a database's own tables, and its graph version. */
export interface WriteCounters {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly graphVersion: string
}

/**
 * Lends connections to production whose transactions are read-only by default. Refuses poolers, which may
 * drop session settings.
 */
export async function withProduction<Result>(
  url: string,
  log: DatabaseLog,
  work: (production: Pool) => Promise<Result>,
): Promise<Result> {
  if (isPooled(url))
    throw new SettingsError([
      'PRODUCTION_DATABASE_URL uses a pooler. Set it to the direct address (on Neon: the same host without "-pooler").',
    ])
  const readOnly = new URL(url)
  const options = readOnly.searchParams.get('options')
  readOnly.searchParams.set('options', `${options ?? ''} -c default_transaction_read_only=on`.trim())
  const pool = createPool(readOnly.href, { log, statementTimeout: 0, max: 2 })
  try {
    const { rows } = await pool.query<{ readOnly: string }>(
      `SELECT current_setting('transaction_read_only') AS "readOnly"`,
    )
    if (rows[0]?.readOnly !== 'on')
      throw new OperationError(
        'refused',
        'precondition-failed',
        'Production ignored `default_transaction_read_only=on`, so nothing was done.',
      )
    return await work(pool)
  } finally {
    await pool.end()
  }
}

/**
 * Counts all rows ever written. Sessions report their writes on closing, so connect after the sessions in
 * question have closed.
 */
export async function readWriteCounters(url: string, log: DatabaseLog): Promise<WriteCounters> {
  return withProduction(url, log, async (production) => {
    const { rows } = await production.query<WriteCounters>(
      `SELECT sum(n_tup_ins)::float8 AS inserted, sum(n_tup_upd)::float8 AS updated, sum(n_tup_del)::float8 AS deleted,
         (SELECT version::text FROM public.kb_graph_version) AS "graphVersion"
       FROM pg_stat_user_tables`,
    )
    return rows[0]!
  })
}

export function movedCounters(before: WriteCounters, after: WriteCounters): string[] {
  const names = ['inserted', 'updated', 'deleted', 'graphVersion'] as const
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name]} → ${after[name]}`)
}
