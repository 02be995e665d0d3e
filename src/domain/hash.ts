import { hash } from 'node:crypto'
import { canonicalJson } from './json/canonical-json.ts'
import { compareCodePoints } from './text/code-points.ts'

/** Lower-case hex SHA-256 of bytes, or of a text's UTF-8. */
export function sha256Hex(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}

/** SHA-256 over the RFC 8785 form of a value. */
export function hashJson(value: unknown): string {
  return sha256Hex(canonicalJson(value))
}

/**
 * The hash of a table: SHA-256 over its row hashes, sorted, one a line without a last line break. Rows may come in any
 * order; a row twice is not a row once. SQL says the same by
 * `encode(sha256(convert_to(string_agg(content_hash, E'\n' ORDER BY content_hash COLLATE "C"), 'UTF8')), 'hex')`.
 */
export function hashTable(rowHashes: Iterable<string>): string {
  return sha256Hex([...rowHashes].sort(compareCodePoints).join('\n'))
}

/** The hash of a graph: SHA-256 over the canonical JSON of `{ table: table hash }`. */
export function hashGraph(tableHashes: Readonly<Record<string, string>>): string {
  return hashJson(tableHashes)
}
