import pg, { type ClientBase } from 'pg'
import { AppError } from '../../errors.ts'
import { compareCodePoints } from '../../domain/text/code-points.ts'
import { hashJson } from '../../domain/hash.ts'
import { useCanonicalTextWithin } from './canonical-text-within.ts'
import type { TableCount } from '../graph/counts.ts'
import { compareRows, type Difference, type RowTexts } from './row-difference.ts'
import { hashOfText, useCanonicalText, valueTexts } from './row-text.ts'
import {
  publicRelation,
  readTableShape,
  sortByReference,
  type CatalogTable,
  type TableColumn,
} from './table-shape.ts'

export interface TableWatch {
  readonly shapes: readonly CatalogTable[]
  readonly before: Readonly<Record<string, number>>
  readonly beforeHash: string
}

export interface TableChanges {
  readonly counts: Readonly<Record<string, TableCount>>
  readonly after: Readonly<Record<string, number>>
  /** SHA-256 over what was written, reproducible: it excludes generated ids and the run's timestamps. */
  readonly changesHash: string
}

const beforeTable = (at: number) => `pg_temp.kb_before_${at}`
const changesTable = (at: number) => `pg_temp.kb_changes_${at}`

const ofRow = (name: string) => `t.${pg.escapeIdentifier(name)}`

export function keySql({ primaryKey }: CatalogTable): string {
  return primaryKey.length === 1
    ? `(${ofRow(primaryKey[0] as string)}::text COLLATE "C")`
    : `(jsonb_build_array(${primaryKey.map(ofRow).join(', ')})::text COLLATE "C")`
}

/** A column's value as text; timestamps since the transaction began become one constant. */
function valueSql({ name, type }: TableColumn): string {
  if (!type.startsWith('timestamp')) return ofRow(name)
  return `CASE WHEN ${ofRow(name)} BETWEEN now() AND clock_timestamp() THEN 'now' ELSE ${ofRow(name)}::text END`
}

const factHash = (values: readonly string[]) => hashOfText(`ROW(${values.join(', ')})::text`)
const written = ({ columns }: CatalogTable) => columns.filter(({ isGenerated }) => !isGenerated)

/**
 * Order-independent SHA-256 over many hashes: grouped by first byte, so that no text grows with the table.
 */
const hashOfAll = (from: string, column: string) =>
  `SELECT encode(sha256(coalesce(string_agg(part, ''::bytea ORDER BY bucket), '')), 'hex') AS hash FROM (
     SELECT substring(${column} FROM 1 FOR 1) AS bucket, sha256(string_agg(${column}, ''::bytea ORDER BY ${column})) AS part
     FROM ${from} GROUP BY 1) parts`

export async function watchTables(client: ClientBase, names: readonly string[]): Promise<TableWatch> {
  // Row hashes must not depend on the session's settings.
  await useCanonicalTextWithin(client)
  const shapes: CatalogTable[] = []
  for (const name of new Set(names)) shapes.push(await requireKey(client, name))
  const sorted = sortByReference(shapes)
  const before: Record<string, number> = {}
  const hashes: Record<string, string> = {}
  for (const [at, shape] of sorted.entries()) {
    const { rowCount } = await client.query(
      `CREATE TEMPORARY TABLE kb_before_${at} ON COMMIT DROP AS
         SELECT ${keySql(shape)} AS key, ${factHash(written(shape).map(valueSql))} AS fact FROM ${publicRelation(shape.table)} t`,
    )
    await client.query(`ANALYZE ${beforeTable(at)}`)
    before[shape.table] = rowCount ?? 0
    hashes[shape.table] = await readHash(client, hashOfAll(beforeTable(at), 'fact'))
  }
  return { shapes: sorted, before, beforeHash: hashJson(hashes) }
}

async function requireKey(client: ClientBase, name: string): Promise<CatalogTable> {
  const shape = await readTableShape(client, name)
  if (shape.primaryKey.length === 0)
    throw new AppError(
      'BAD_REQUEST',
      `The table \`${name}\` has no primary key, so its rows cannot be counted by what happened to them.`,
    )
  return shape
}

export async function compareTables(
  client: ClientBase,
  { shapes, before }: TableWatch,
): Promise<TableChanges> {
  const counts: Record<string, TableCount> = {}
  const after: Record<string, number> = {}
  const hashes: Record<string, string> = {}
  for (const [at, shape] of shapes.entries()) {
    await client.query(`CREATE TEMPORARY TABLE kb_changes_${at} ON COMMIT DROP AS ${changesSql(shapes, at)}`)
    await client.query(`ANALYZE ${changesTable(at)}`)
    const { rows } = await client.query<{ inserted: number; updated: number; deleted: number }>(
      `SELECT count(*) FILTER (WHERE operation = 'ADDED')::int AS inserted, count(*) FILTER (WHERE operation = 'CHANGED')::int AS updated,
         count(*) FILTER (WHERE operation = 'REMOVED')::int AS deleted FROM ${changesTable(at)}`,
    )
    const { inserted, updated, deleted } = rows[0] as { inserted: number; updated: number; deleted: number }
    const former = before[shape.table] as number
    counts[shape.table] = { inserted, updated, deleted, unchanged: former - updated - deleted }
    after[shape.table] = former + inserted - deleted
    hashes[shape.table] = await readHash(client, hashOfAll(changesTable(at), 'content'))
  }
  return { counts, after, changesHash: hashJson(hashes) }
}

/** New rows are described by content instead of generated ids, which carry no information. */
function changesSql(shapes: readonly CatalogTable[], at: number): string {
  const shape = shapes[at] as CatalogTable
  const joins: string[] = []
  const content = written(shape).map((column) => {
    if (shape.made.has(column.name)) return `CASE WHEN b.key IS NOT NULL THEN ${ofRow(column.name)}::text END`
    const target = shapes.findIndex(({ table }) => table === shape.references.get(column.name))
    if (target < 0 || target >= at) return valueSql(column)
    const alias = `r${joins.length}`
    joins.push(
      `LEFT JOIN ${changesTable(target)} ${alias} ON ${alias}.operation = 'ADDED' AND ${alias}.key = ${ofRow(column.name)}::text`,
    )
    return `coalesce(encode(${alias}.content, 'hex'), ${ofRow(column.name)}::text)`
  })
  const operation = `CASE WHEN b.key IS NULL THEN 'ADDED' WHEN t.kb_key IS NULL THEN 'REMOVED' ELSE 'CHANGED' END`
  return `
    SELECT coalesce(t.kb_key, b.key) AS key, ${operation} AS operation, ${factHash([operation, 'b.key', ...content])} AS content
    FROM (SELECT t.*, ${keySql(shape)} AS kb_key, ${factHash(written(shape).map(valueSql))} AS kb_fact
            FROM ${publicRelation(shape.table)} t) t
      FULL JOIN ${beforeTable(at)} b ON b.key = t.kb_key
      ${joins.join('\n')}
    WHERE t.kb_key IS NULL OR b.key IS NULL OR t.kb_fact <> b.fact`
}

async function readHash(client: ClientBase, sql: string): Promise<string> {
  const { rows } = await client.query<{ hash: string }>(sql)
  return (rows[0] as { hash: string }).hash
}

/** Larger values are shown by hash: a content state has megabytes. */
const shownBytes = 4000

const abbreviated = (text: string, { type }: TableColumn) => {
  const hash = `encode(sha256(convert_to(v, 'UTF8')), 'hex')`
  const short = type.startsWith('json')
    ? `json_build_object('bytes', octet_length(v), 'sha256', ${hash})::text`
    : `octet_length(v) || ' bytes, SHA-256 ' || ${hash}`
  return `(SELECT CASE WHEN octet_length(v) > ${shownBytes} THEN ${short} ELSE v END FROM (VALUES (${text})) value (v))`
}

/**
 * The first changes, by table and readable key. Large values are shown as size and hash.
 * @param client the transaction that compared
 * @param committed another transaction, which still sees the rows as before: the first one locks them
 */
export async function listChanges(
  client: ClientBase,
  committed: ClientBase,
  { shapes }: TableWatch,
  limit: number,
): Promise<Difference[]> {
  const listed: Difference[] = []
  await useCanonicalText(committed)
  for (const [at, shape] of shapes.entries()) {
    if (listed.length >= limit) break
    const { rows } = await client.query<{ key: string; operation: Difference['operation'] }>(
      `SELECT key, operation FROM ${changesTable(at)} ORDER BY key LIMIT ${limit - listed.length}`,
    )
    const keysOf = (...operations: Difference['operation'][]) =>
      rows.filter(({ operation }) => operations.includes(operation)).map(({ key }) => key)
    const former = await readRows(committed, shape, keysOf('CHANGED', 'REMOVED'))
    const latter = await readRows(client, shape, keysOf('CHANGED', 'ADDED'))
    const differences = rows.map(({ key }) => {
      const [left, right] = [former.get(key), latter.get(key)]
      const subject = { table: shape.table, key: (right ?? left)?.parts ?? [key] }
      return compareRows(subject, written(shape), left?.texts ?? null, right?.texts ?? null)
    })
    listed.push(...differences.sort((a, b) => compareCodePoints(a.subjectKey, b.subjectKey)))
  }
  return listed
}

interface ShownRow {
  readonly key: string
  readonly parts: readonly string[]
  readonly texts: RowTexts
}

async function readRows(
  client: ClientBase,
  shape: CatalogTable,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ShownRow>> {
  if (keys.length === 0) return new Map()
  const columns = written(shape)
  const texts = valueTexts(columns).map((text, at) => abbreviated(text, columns[at]!))
  const parts = shape.readableKey.map((name) => `${ofRow(name)}::text`)
  const { rows } = await client.query<ShownRow>(
    `SELECT ${keySql(shape)} AS key, ARRAY[${parts.join(', ')}] AS parts, ARRAY[${texts.join(', ')}] AS texts
     FROM ${publicRelation(shape.table)} t WHERE ${keySql(shape)} = ANY ($1)`,
    [keys],
  )
  return new Map(rows.map((row) => [row.key, row]))
}
