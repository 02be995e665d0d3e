import pg, { type ClientBase } from 'pg'
import type { TableColumn } from './table-shape.ts'

type Column = Pick<TableColumn, 'name' | 'type'>

/**
 * Settings under which a value has one text, whatever the session, the role or the database would have it: timestamps
 * in UTC with their microseconds, floats in the fewest digits that give them back. Plans may use workers from the first
 * row on, since hashing a row costs far more than handing its hash over. They last until the transaction ends.
 */
const canonicalSettings: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  // Whole tables are read under these settings, which takes as long as it takes.
  statement_timeout: '0',
  work_mem: '128MB',
  parallel_setup_cost: '0',
  parallel_tuple_cost: '0',
}

/** @param client a client inside a transaction */
export async function useCanonicalText(client: ClientBase): Promise<void> {
  const names = Object.keys(canonicalSettings)
  await client.query(
    `SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS settings (name, value)`,
    [names, names.map((name) => canonicalSettings[name])],
  )
}

/**
 * SQL of a row's canonical text: its columns, by name, as Postgres writes a composite value, where nothing can be taken
 * for something else: NULL is not '', and quotes stand around what could pass for a delimiter.
 */
export function rowText(columns: readonly Column[]): string {
  const sorted = columns.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return compositeText(sorted)
}

/** SQL of the text of a row's key, in the order the key gives. */
export function keyText(columns: readonly Column[], key: readonly string[]): string {
  return compositeText(key.map((name) => columns.find((column) => column.name === name)!))
}

/** SQL of a row's SHA-256, as bytea. */
export function rowHash(columns: readonly Column[]): string {
  return hashOfText(rowText(columns))
}

/** SQL of the SHA-256 of a text, as bytea. */
export function hashOfText(text: string): string {
  return `sha256(convert_to(${text}, 'UTF8'))`
}

/** Row hashes fall into this many buckets. */
export const bucketCount = 1024

/** SQL of the bucket of a row hash: its first ten bits. */
export function bucketOf(hash: string): string {
  return `get_byte(${hash}, 0) * 4 + (get_byte(${hash}, 1) >> 6)`
}

/** SQL of whether a row is in one of some buckets; its hash stands there once, so it is computed once. */
export function isInBuckets(hash: string, buckets: readonly number[]): string {
  return `('x' || encode(substr(${hash}, 1, 2), 'hex'))::bit(16)::int >> 6 = ANY ('{${buckets.join(',')}}'::int[])`
}

function compositeText(columns: readonly Column[]): string {
  return `ROW(${columns.map(canonicalValue).join(', ')})::text`
}

/** What Postgres holds equal has one text: 1.0 is 1.00, and -0 is 0. */
function canonicalValue({ name, type }: Column): string {
  const column = pg.escapeIdentifier(name)
  if (type.startsWith('numeric')) return `trim_scale(${column})`
  if (type === 'double precision' || type === 'real') return `${column} + 0`
  return column
}

/** SQL of the text of each column by itself, for people; lists as JSON. */
export function valueTexts(columns: readonly Column[]): string[] {
  return columns.map((column) => {
    const value = canonicalValue(column)
    return column.type.endsWith('[]') ? `array_to_json(${value})::text` : `(${value})::text`
  })
}
