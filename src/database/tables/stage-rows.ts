import type { ClientBase } from 'pg'
import { copyRows, type CopyValue } from './copy-rows.ts'

/**
 * Creates a temporary table in the current transaction and fills it by COPY. `ord` numbers the rows from 1.
 * It is analysed, since the planner would otherwise assume a few rows and use nested loops.
 * @param columns name and SQL type of each
 */
export async function stageRows(
  client: ClientBase,
  name: string,
  columns: Readonly<Record<string, string>>,
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  signal?: AbortSignal,
): Promise<number> {
  const declared = Object.entries(columns).map(([column, type]) => `${column} ${type}`)
  await client.query(
    `DROP TABLE IF EXISTS pg_temp.${name};
     CREATE TEMPORARY TABLE ${name} (ord bigint GENERATED ALWAYS AS IDENTITY, ${declared.join(', ')}) ON COMMIT DROP`,
  )
  const count = await copyRows(client, `pg_temp.${name}`, Object.keys(columns), rows, signal)
  await client.query(`ANALYZE pg_temp.${name}`)
  return count
}

/** Keys compare by code point, as in the graph's tables, so that indexes and merges work for both. */
export const keyType = 'text COLLATE "C"'
