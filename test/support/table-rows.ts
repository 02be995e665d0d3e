import type { Pool } from 'pg'

/** Every row of every kb_* table, system columns included: two equal results mean that nothing was written at all. */
export async function readAllRows(pool: Pool): Promise<Record<string, string>> {
  const tables = await pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'kb\\_%' ORDER BY 1`,
  )
  const found: Record<string, string> = {}
  for (const { name } of tables.rows) {
    // xmin and ctid move when a row is written again, even with the same values.
    const rows = await pool.query<{ hash: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(line, E'\\n' ORDER BY line)), '') AS hash
       FROM (SELECT md5(concat_ws('|', t.xmin, t.ctid, t::text)) AS line FROM ${name} t) rows`,
    )
    found[name] = rows.rows[0]?.hash ?? ''
  }
  return found
}
