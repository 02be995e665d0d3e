import type { ClientBase } from 'pg'
import { noCount, type TableCount } from '../graph/counts.ts'

export interface MergeSpec {
  readonly table: string
  /** A table or parenthesised query with `key` and `columns`, each key once. */
  readonly from: string
  readonly key: readonly string[]
  readonly columns: readonly string[]
  /** A row is written only if one of these differs; defaults to all `columns`. */
  readonly compare?: readonly string[]
  readonly onUpdate?: string
}

export function nextRevision(table: string): string {
  return `revision = ${table}.revision + 1, updated_at = now()`
}

/**
 * Upserts rows: inserts new keys, updates rows that differ and leaves the rest untouched. Skips statements
 * that would write nothing, since the trigger counts each as a graph change.
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
  // xmax is 0 only for inserted row versions.
  const result = await client.query<{ inserted: number; updated: number }>(
    `WITH written AS (
       INSERT INTO ${table} (${all.join(', ')}) SELECT ${list(all, 's')} ${rows} WHERE ${isOpen}
       ON CONFLICT (${key.join(', ')}) ${conflict} RETURNING (xmax = 0) AS is_new)
     SELECT count(*) FILTER (WHERE is_new)::int AS inserted, count(*) FILTER (WHERE NOT is_new)::int AS updated FROM written`,
  )
  const { inserted, updated } = result.rows[0] as { inserted: number; updated: number }
  return { inserted, updated, deleted: 0, unchanged: total - inserted - updated }
}

/** Deletes matching rows (alias t); sends no statement that would delete none. */
export async function deleteRows(client: ClientBase, table: string, condition: string): Promise<number> {
  // Not LIMIT 1: a first-row plan takes a minute where there are no rows.
  const found = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table} t WHERE ${condition}`,
  )
  if (found.rows[0]!.count === 0) return 0
  return (await client.query(`DELETE FROM ${table} t WHERE ${condition}`)).rowCount ?? 0
}

function list(names: readonly string[], alias: string): string {
  return names.map((name) => `${alias}.${name}`).join(', ')
}
