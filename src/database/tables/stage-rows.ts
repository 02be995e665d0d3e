import type { ClientBase } from 'pg'
import { copyRows, type CopyValue } from './copy-rows.ts'

/**
 * A temporary table of the running transaction, filled by COPY. `ord` numbers its rows from 1 in the order they came.
 * It is analysed, since the planner would otherwise guess a handful of rows and join them by nested loops.
 *
 * @param columns name and SQL type of each.
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

/** Key columns compare by code point, as those of the graph's tables do: otherwise no index or merge would serve both. */
export const keyType = 'text COLLATE "C"'
