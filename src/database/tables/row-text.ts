import pg, { type ClientBase } from 'pg'
import type { TableColumn } from './table-shape.ts'

type Column = Pick<TableColumn, 'name' | 'type'>

/**
 * Settings under which each value has exactly one text: timestamps in UTC with microseconds, floats in the
 * fewest round-trip digits. Parallel plans are always allowed, since hashing a row costs far more than
 * passing its hash on. They last until the transaction ends.
 */
const canonicalSettings: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  // Whole tables are read, however long that takes.
  statement_timeout: '0',
  work_mem: '128MB',
  parallel_setup_cost: '0',
  parallel_tuple_cost: '0',
}

export async function useCanonicalText(client: ClientBase): Promise<void> {
  const names = Object.keys(canonicalSettings)
  await client.query(
    `SELECT set_config(name, value, true) FROM unnest($1::text[], $2::text[]) AS settings (name, value)`,
    [names, names.map((name) => canonicalSettings[name])],
  )
}

/** A row as a Postgres composite value, which is unambiguous about NULL, '' and delimiters. */
export function rowText(columns: readonly Column[]): string {
  const sorted = columns.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return compositeText(sorted)
}

export function keyText(columns: readonly Column[], key: readonly string[]): string {
  return compositeText(key.map((name) => columns.find((column) => column.name === name)!))
}

export function rowHash(columns: readonly Column[]): string {
  return hashOfText(rowText(columns))
}

export function hashOfText(text: string): string {
  return `sha256(convert_to(${text}, 'UTF8'))`
}

/** SQL: the bucket of a row, 0 to 1023, by the first ten bits of its hash. */
export function bucketOf(hash: string): string {
  return `get_byte(${hash}, 0) * 4 + (get_byte(${hash}, 1) >> 6)`
}

/**
 * SQL condition for rows in the given buckets; it contains the hash expression once, so it is computed once.
 */
export function isInBuckets(hash: string, buckets: readonly number[]): string {
  return `('x' || encode(substr(${hash}, 1, 2), 'hex'))::bit(16)::int >> 6 = ANY ('{${buckets.join(',')}}'::int[])`
}

function compositeText(columns: readonly Column[]): string {
  return `ROW(${columns.map(canonicalValue).join(', ')})::text`
}

/** Values that Postgres treats as equal get one text: 1.0 and 1.00, -0 and 0. */
function canonicalValue({ name, type }: Column): string {
  const column = pg.escapeIdentifier(name)
  if (type.startsWith('numeric')) return `trim_scale(${column})`
  if (type === 'double precision' || type === 'real') return `${column} + 0`
  return column
}

export function valueTexts(columns: readonly Column[]): string[] {
  return columns.map((column) => {
    const value = canonicalValue(column)
    return column.type.endsWith('[]') ? `array_to_json(${value})::text` : `(${value})::text`
  })
}
