import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'

/** Counts what PostgreSQL is asked, by pg_stat_statements; tracking is off else, since it costs every statement a little. */
export interface StatementCount {
  /** Statements that other connections ran while `use` did. */
  during<Result>(use: () => Promise<Result>): Promise<{ result: Result; statements: number }>
}

/** How long PostgreSQL's processes take to notice a new setting. */
const reloadMs = 50

/** Turn tracking off until it is wanted. */
export async function createStatementCount(pool: Pool): Promise<StatementCount> {
  const track = async (what: 'none' | 'top') => {
    await pool.query(`ALTER SYSTEM SET pg_stat_statements.track = '${what}'`)
    await pool.query('SELECT pg_reload_conf()')
    await sleep(reloadMs)
  }
  await track('none')
  return {
    async during(use) {
      await track('top')
      try {
        await pool.query('SELECT pg_stat_statements_reset()')
        const result = await use()
        // But for this count's own.
        const { rows } = await pool.query<{ calls: string | null }>(
          `SELECT sum(calls) AS calls FROM pg_stat_statements
           WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query NOT LIKE '%pg_stat_statements%'`,
        )
        return { result, statements: Number(rows[0]!.calls ?? 0) }
      } finally {
        await track('none')
      }
    },
  }
}
