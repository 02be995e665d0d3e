import type { Pool } from 'pg'
import { readRun, type OperationRun } from '../database/operations/runs.ts'

export function getMigrationRun(pool: Pool, id: string): Promise<OperationRun | null> {
  return readRun(pool, id)
}

/** The previous run with the same idempotency key, unless it failed. */
export async function findMigrationRunByKey(
  pool: Pool,
  { name, mode, key }: { readonly name: string; readonly mode: OperationRun['mode']; readonly key: string },
): Promise<OperationRun | null> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM admin_runs WHERE kind = 'MIGRATION' AND name = $1 AND mode = $2::admin_operation_mode
       AND parameters->>'idempotencyKey' = $3 AND status IN ('RUNNING', 'SUCCEEDED')
     ORDER BY admin_runs.started_at DESC LIMIT 1`,
    [name, mode, key],
  )
  return rows[0] === undefined ? null : readRun(pool, rows[0].id)
}
