import type { ClientBase } from 'pg'
import { sha256Hex } from '../../domain/hash.ts'
import { bucketOf, rowHash } from './row-text.ts'
import type { TableColumn, TableSource } from './table-shape.ts'

/** Rows whose hashes share a prefix: their count and the SHA-256 over their sorted hashes. */
export interface TableBucket {
  readonly rows: number
  readonly hash: string
}

export interface TableHash {
  readonly rows: number
  /** SHA-256 over the bucket lines `<number> <rows> <hash>`, joined by line breaks. */
  readonly hash: string
  readonly buckets: ReadonlyMap<number, TableBucket>
}

/**
 * Hashes a table in one pass in the database. Row hashes are sorted, so row order does not matter but
 * duplicates do; each covers all given columns, regardless of a stored `content_hash`. The first ten bits of
 * a row hash are its bucket, so only differing buckets need a second look.
 * @param source.client in a transaction that called `useCanonicalText`
 */
export async function hashTableRows(
  { client, relation }: TableSource,
  columns: readonly Pick<TableColumn, 'name' | 'type'>[],
): Promise<TableHash> {
  // OFFSET 0 stops the planner from sorting whole rows instead of hashes.
  const { rows } = await client.query<{ bucket: number; rows: number; hash: string }>(
    `SELECT bucket, count(*)::int AS rows, encode(sha256(string_agg(hash, ''::bytea ORDER BY hash)), 'hex') AS hash
     FROM (SELECT ${bucketOf('hash')} AS bucket, hash
       FROM (SELECT ${rowHash(columns)} AS hash FROM ${relation} OFFSET 0) AS hashed) AS bucketed
     GROUP BY bucket ORDER BY bucket`,
  )
  return summarizeBuckets(new Map(rows.map(({ bucket, ...content }) => [bucket, content])))
}

export function summarizeBuckets(buckets: ReadonlyMap<number, TableBucket>): TableHash {
  const ordered = [...buckets].sort(([a], [b]) => a - b)
  const lines = ordered.map(([bucket, { rows, hash }]) => `${bucket} ${rows} ${hash}`)
  return {
    rows: ordered.reduce((sum, [, { rows }]) => sum + rows, 0),
    hash: sha256Hex(lines.join('\n')),
    buckets: new Map(ordered),
  }
}

export function differingBuckets(left: TableHash, right: TableHash): number[] {
  const all = new Set([...left.buckets.keys(), ...right.buckets.keys()])
  return [...all]
    .filter((bucket) => left.buckets.get(bucket)?.hash !== right.buckets.get(bucket)?.hash)
    .sort((a, b) => a - b)
}

export async function countRows(client: ClientBase, relation: string): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${relation}`)
  return rows[0]!.rows
}
