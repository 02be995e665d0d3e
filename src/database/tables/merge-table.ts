import type { ClientBase } from 'pg'
import { noCount, type TableCount } from '../graph/counts.ts'

export interface MergeSpec {
  readonly table: string
  /** A table or parenthesised query that gives `key` and `columns`, each key once. */
  readonly from: string
  /** A unique key of the table. */
  readonly key: readonly string[]
  readonly columns: readonly string[]
  /** A row is written only if one of these differs; all `columns` unless given. */
  readonly compare?: readonly string[]
  /** What else an update sets, for example the revision. */
  readonly onUpdate?: string
}

/** `SET` of tables with an optimistic lock. */
export function nextRevision(table: string): string {
  return `revision = ${table}.revision + 1, updated_at = now()`
}

/**
 * Brings rows into a table: new keys are inserted, rows that differ are updated, the others are not touched at all. A
 * statement that would write nothing is not even sent, since each counts as a change of the graph by its trigger.
 */
export async function mergeTable(client: ClientBase, spec: MergeSpec): Promise<TableCount> {
  const { table, from, key, columns, compare = columns, onUpdate } = spec
  const isSame = `(${list(compare, 't')}) IS NOT DISTINCT FROM (${list(compare, 's')})`
  const isOpen = compare.length === 0 ? `t.${key[0]} IS NULL` : `(t.${key[0]} IS NULL OR NOT ${isSame})`
  const rows = `FROM ${from} s LEFT JOIN ${table} t ON ${key.map((name) => `t.${name} = s.${name}`).join(' AND ')}`
  const state = await client.query<{ total: number; open: number }>(
    `SELECT count(*)::int AS total, count(*) FILTER (WHERE ${isOpen})::int AS open ${rows}`,
  )
  const { total, open } = state.rows[0] as { total: number; open: number }
  if (open === 0) return { ...noCount, unchanged: total }
  const settings = [
    ...columns.map((name) => `${name} = excluded.${name}`),
    ...(onUpdate === undefined ? [] : [onUpdate]),
  ]
  const conflict =
    compare.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${settings.join(', ')} WHERE (${list(compare, table)}) IS DISTINCT FROM (${list(compare, 'excluded')})`
  const all = [...key, ...columns]
  // xmax is 0 only in a row version that an insert made.
  const result = await client.query<{ inserted: number; updated: number }>(
    `WITH written AS (
       INSERT INTO ${table} (${all.join(', ')}) SELECT ${list(all, 's')} ${rows} WHERE ${isOpen}
       ON CONFLICT (${key.join(', ')}) ${conflict} RETURNING (xmax = 0) AS is_new)
     SELECT count(*) FILTER (WHERE is_new)::int AS inserted, count(*) FILTER (WHERE NOT is_new)::int AS updated FROM written`,
  )
  const { inserted, updated } = result.rows[0] as { inserted: number; updated: number }
  return { inserted, updated, deleted: 0, unchanged: total - inserted - updated }
}

/** Deletes rows of a table (alias t) by a condition, without sending a statement that would delete none. */
export async function deleteRows(client: ClientBase, table: string, condition: string): Promise<number> {
  // Not LIMIT 1: the plan for a first row that soon turns up takes a minute where there is none.
  const found = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} t WHERE ${condition}`,
  )
  if (found.rows[0]!.count === 0) return 0
  return (await client.query(`DELETE FROM ${table} t WHERE ${condition}`)).rowCount ?? 0
}

function list(names: readonly string[], alias: string): string {
  return names.map((name) => `${alias}.${name}`).join(', ')
}
