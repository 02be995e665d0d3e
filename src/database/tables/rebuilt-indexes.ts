import pg, { type ClientBase } from 'pg'

interface Part {
  readonly table: string
  readonly name: string
  readonly definition: string
}

/**
 * Runs `work` with the tables' own foreign keys and non-unique indexes dropped, and rebuilds them at the end
 * in the caller's transaction: sorting half a million rows once is many times faster than inserting each into
 * seven indexes. Violations fail the transaction. Readers are locked out until it ends: check {@link
 * isAloneWithFew} first.
 */
export async function withRebuiltIndexes<Result>(
  client: ClientBase,
  tables: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const { rows: foreignKeys } = await client.query<Part>(
    `SELECT conrelid::regclass::text AS table, conname AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::regclass[]) ORDER BY conname`,
    [tables],
  )
  const { rows: indexes } = await client.query<Part>(
    `SELECT indrelid::regclass::text AS table, indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
     FROM pg_index WHERE indrelid = ANY($1::regclass[]) AND NOT indisunique ORDER BY 2`,
    [tables],
  )
  for (const { table, name } of foreignKeys)
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${pg.escapeIdentifier(name)}`)
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`)
  const result = await work()
  await client.query(`SET LOCAL maintenance_work_mem = '256MB'`)
  for (const { definition } of indexes) await client.query(definition)
  for (const { table, name, definition } of foreignKeys)
    await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${pg.escapeIdentifier(name)} ${definition}`)
  return result
}

/** True if the table has few rows and no other process is connected, so that locking hurts nobody. */
export async function isAloneWithFew(client: ClientBase, table: string, few: number): Promise<boolean> {
  const { rows } = await client.query<{ isAlone: boolean }>(
    `SELECT (SELECT count(*) FROM (SELECT FROM ${table} LIMIT $1) t) < $1 AND NOT EXISTS (
       SELECT FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' 
           AND application_name <> current_setting('application_name')
     ) AS "isAlone"`,
    [few],
  )
  return rows[0]!.isAlone
}
