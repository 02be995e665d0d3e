import type { ClientBase } from 'pg'
import { sha256Hex } from '../../domain/hash.ts'
import { bucketOf, rowHash } from './row-text.ts'
import type { TableColumn, TableSource } from './table-shape.ts'

/** Rows whose hashes begin alike: how many, and the SHA-256 over their hashes in order. */
export interface TableBucket {
  readonly rows: number
  readonly hash: string
}

/** What a table holds, in a few kilobytes. */
export interface TableHash {
  readonly rows: number
  /** SHA-256 over its buckets: `<number> <rows> <hash>`, one a line, without a last line break. */
  readonly hash: string
  /** By number; empty ones are left out. */
  readonly buckets: ReadonlyMap<number, TableBucket>
}

/**
 * Hashes a table in one pass in the database. Row hashes are sorted, so the order of rows does not count and a row twice
 * is not a row once; each is that of all the given columns, whatever a stored `content_hash` says.
 *
 * Ten bits of the row hash say which bucket it falls into: a row that differs marks a bucket on either side, and only
 * those need a second look.
 *
 * @param source.client a client inside a transaction that called `useCanonicalText`
 */
export async function hashTableRows(
  { client, relation }: TableSource,
  columns: readonly Pick<TableColumn, 'name' | 'type'>[],
): Promise<TableHash> {
  // OFFSET 0 keeps the planner from carrying whole rows through the sort instead of their hashes.
  const { rows } = await client.query<{ bucket: number; rows: number; hash: string }>(
    `SELECT bucket, count(*)::int AS rows, encode(sha256(string_agg(hash, ''::bytea ORDER BY hash)), 'hex') AS hash
     FROM (SELECT ${bucketOf('hash')} AS bucket, hash
       FROM (SELECT ${rowHash(columns)} AS hash FROM ${relation} OFFSET 0) AS hashed) AS bucketed
     GROUP BY bucket ORDER BY bucket`,
  )
  return summarizeBuckets(new Map(rows.map(({ bucket, ...content }) => [bucket, content])))
}

/** The hash of a table from its buckets alone, in the order of their numbers. */
export function summarizeBuckets(buckets: ReadonlyMap<number, TableBucket>): TableHash {
  const ordered = [...buckets].sort(([a], [b]) => a - b)
  const lines = ordered.map(([bucket, { rows, hash }]) => `${bucket} ${rows} ${hash}`)
  return {
    rows: ordered.reduce((sum, [, { rows }]) => sum + rows, 0),
    hash: sha256Hex(lines.join('\n')),
    buckets: new Map(ordered),
  }
}

/** Numbers of the buckets that are not the same on both sides. */
export function differingBuckets(left: TableHash, right: TableHash): number[] {
  const all = new Set([...left.buckets.keys(), ...right.buckets.keys()])
  return [...all]
    .filter((bucket) => left.buckets.get(bucket)?.hash !== right.buckets.get(bucket)?.hash)
    .sort((a, b) => a - b)
}

/** Cheap and first: how many rows there are. */
export async function countRows(client: ClientBase, relation: string): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${relation}`)
  return rows[0]!.rows
}
