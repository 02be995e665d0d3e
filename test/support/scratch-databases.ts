import type { Pool } from 'pg'

/** Names of the scratch databases that drills of the pool's database have left. */
export async function listScratchDatabases(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database
     WHERE starts_with(datname, 'kb_scratch_' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '_')`,
  )
  return rows.map(({ name }) => name)
}
