import pg from 'pg'
import { mergeSorted, type Matched } from '../../domain/merge-sorted.ts'
import { isInBuckets, keyText, rowHash, valueTexts } from './row-text.ts'
import { readByCursor } from '../connection/read-by-cursor.ts'
import { compareRows, type Difference, type RowTexts } from './row-difference.ts'
import { differingBuckets, type TableHash } from './table-hash.ts'
import type { TableShape, TableSource } from './table-shape.ts'

export interface TableDifferences {
  readonly onlyLeft: number
  readonly onlyRight: number
  readonly different: number
  readonly listed: readonly Difference[]
}

export interface HashedSide {
  /** May be a promise: the other side does not wait for it. */
  readonly source: TableSource | Promise<TableSource>
  readonly hash: TableHash
}

interface RowMark {
  readonly key: string
  readonly parts: readonly string[]
  readonly hash: string
}

/**
 * Finds the rows that differ between two tables of one shape, reading only differing buckets. It merges two
 * ordered streams, so memory stays flat even if every row differs; full rows are read only for those listed.
 * @param limit most differences to list; totals are always complete
 */
export async function locateDifferences(
  left: HashedSide,
  right: HashedSide,
  shape: TableShape,
  limit: number,
  signal?: AbortSignal,
): Promise<TableDifferences> {
  const buckets = differingBuckets(left.hash, right.hash)
  if (buckets.length === 0) return { onlyLeft: 0, onlyRight: 0, different: 0, listed: [] }
  const totals = { onlyLeft: 0, onlyRight: 0, different: 0 }
  const found: Matched<RowMark>[] = []
  const [ofLeftSide, ofRightSide] = [left, right].map((side) => groupByKey(streamMarks(side, shape, buckets)))
  for await (const groups of mergeSorted(ofLeftSide!, ofRightSide!, ([mark]) => mark!.key)) {
    signal?.throwIfAborted()
    for (const pair of pairUp(groups.left ?? [], groups.right ?? [])) {
      if (pair.left !== null && pair.right !== null) totals.different += 1
      else if (pair.left !== null) totals.onlyLeft += 1
      else totals.onlyRight += 1
      if (found.length < limit) found.push(pair)
    }
  }
  const ofLeft = await readRows(await left.source, shape, marksOf(found, 'left'))
  const ofRight = await readRows(await right.source, shape, marksOf(found, 'right'))
  const listed = found.map((pair) => {
    const [from, to] = [rowOf(ofLeft, pair.left), rowOf(ofRight, pair.right)]
    const { parts } = (pair.left ?? pair.right)!
    return compareRows({ table: shape.table, key: parts }, shape.columns, from, to)
  })
  return { ...totals, listed }
}

/** Up to this many marks are read in one query, since cursors cannot use parallel workers. */
const atOnce = 50_000

async function* streamMarks(
  { source, hash }: HashedSide,
  shape: TableShape,
  buckets: readonly number[],
): AsyncGenerator<RowMark> {
  const { client, relation } = await source
  const names = shape.key.map((name) => pg.escapeIdentifier(name))
  const query = `
    SELECT (${keyText(shape.columns, shape.key)}) COLLATE "C" AS key, ARRAY[${names.map((name) => `${name}::text`).join(', ')}] AS parts,
      encode(row_hash, 'hex') AS hash
    FROM (SELECT ${names.join(', ')}, ${rowHash(shape.columns)} AS row_hash FROM ${relation} OFFSET 0) AS hashed
    WHERE ${isInBuckets('row_hash', buckets)}
    ORDER BY key, hash`
  const expected = buckets.reduce((sum, bucket) => sum + (hash.buckets.get(bucket)?.rows ?? 0), 0)
  if (expected === 0) return
  if (expected <= atOnce) {
    yield* (await client.query<RowMark>(query)).rows
    return
  }
  yield* readByCursor<RowMark>(client, query)
}

async function* groupByKey(marks: AsyncIterable<RowMark>): AsyncGenerator<RowMark[]> {
  let group: RowMark[] = []
  for await (const mark of marks) {
    if (group.length > 0 && group[0]!.key !== mark.key) {
      yield group
      group = []
    }
    group.push(mark)
  }
  if (group.length > 0) yield group
}

/** Cancels the rows that two groups share and pairs up the rest. */
function* pairUp(left: readonly RowMark[], right: readonly RowMark[]): Generator<Matched<RowMark>> {
  const rest = [...right]
  const open = left.filter(({ hash }) => {
    const at = rest.findIndex((mark) => mark.hash === hash)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  for (let at = 0; at < Math.max(open.length, rest.length); at++)
    yield { left: open[at] ?? null, right: rest[at] ?? null }
}

function marksOf(found: readonly Matched<RowMark>[], side: 'left' | 'right'): RowMark[] {
  return found.flatMap((pair) => pair[side] ?? [])
}

type RowsByMark = ReadonlyMap<string, RowTexts>

function rowOf(rows: RowsByMark, mark: RowMark | null): RowTexts | null {
  return mark === null ? null : (rows.get(mark.hash) ?? null)
}

/** Reads full rows by hash; filtered by key columns first, which are usually indexed. */
async function readRows(
  { client, relation }: TableSource,
  shape: TableShape,
  marks: readonly RowMark[],
): Promise<RowsByMark> {
  if (marks.length === 0) return new Map()
  const keys = shape.key.map((name) => shape.columns.find((column) => column.name === name)!)
  const hasKey = keys.length < shape.columns.length
  const wanted = keys.map((_, at) => `$${at + 1}::text[]`).join(', ')
  const aliases = keys.map((_, at) => `k${at}`).join(', ')
  const casts = keys.map(({ type }, at) => `k${at}::${type}`).join(', ')
  const names = keys.map(({ name }) => pg.escapeIdentifier(name)).join(', ')
  const condition = hasKey
    ? `(${names}) IN (SELECT ${casts} FROM unnest(${wanted}) AS wanted (${aliases}))`
    : `${keyText(shape.columns, shape.key)} = ANY ($1)`
  const values = hasKey
    ? keys.map((_, at) => marks.map(({ parts }) => parts[at]))
    : [marks.map(({ key }) => key)]
  const { rows } = await client.query<{ hash: string; texts: RowTexts }>(
    `SELECT encode(${rowHash(shape.columns)}, 'hex') AS hash, ARRAY[${valueTexts(shape.columns).join(', ')}] AS texts
     FROM ${relation} WHERE ${condition}`,
    values,
  )
  return new Map(rows.map(({ hash, texts }) => [hash, texts]))
}
