import { createHash } from 'node:crypto'
import { hashGraph, hashJson, hashTable } from '../../domain/hash.ts'
import type { Snapshot } from '../../graph/snapshot.ts'

/** SHA-256 of the published graph: what `createGraphHash` of the database computes in SQL. */
export function graphHashOf({ terms, entities, rowOf, edges, edgeNumbers }: Snapshot): string {
  return hashGraph({
    kb_kinds: hashTable(terms.kinds.all.map(hashJson)),
    kb_relations: hashTable(terms.relations.all.map(hashJson)),
    kb_domains: hashTable(terms.domains.all.map(hashJson)),
    kb_entities: hashRows(entities.contentHash, rowOf),
    kb_edges: hashRows(edges.contentHash, edgeNumbers),
  })
}

const newline = 0x0a

/** As `hashTable` of the hashes in hexadecimal digits, in one piece of memory. */
function hashRows(hashes: Uint8Array, rows: Uint32Array): string {
  const view = new DataView(hashes.buffer, hashes.byteOffset)
  // Sorted by their first 48 bits as numbers, which are all different but for equal hashes, as good as always.
  const prefixes = Float64Array.from(
    rows,
    (row) => view.getUint32(row * 32) * 0x10000 + view.getUint16(row * 32 + 4),
  )
  const order = Uint32Array.from(rows, (_, place) => place).sort(
    (a, b) => prefixes[a]! - prefixes[b]! || compareRows(hashes, rows[a]!, rows[b]!),
  )
  const text = Buffer.allocUnsafe(Math.max(order.length * 65 - 1, 0))
  let at = 0
  for (const place of order) {
    if (at > 0) text[at++] = newline
    const start = hashes.byteOffset + rows[place]! * 32
    at += text.write(Buffer.from(hashes.buffer, start, 32).toString('hex'), at, 'latin1')
  }
  return createHash('sha256').update(text).digest('hex')
}

function compareRows(hashes: Uint8Array, left: number, right: number): number {
  return Buffer.compare(
    hashes.subarray(left * 32, left * 32 + 32),
    hashes.subarray(right * 32, right * 32 + 32),
  )
}
