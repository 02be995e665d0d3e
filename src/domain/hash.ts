import { hash } from 'node:crypto'
import { canonicalJson } from './json/canonical-json.ts'
import { compareCodePoints } from './text/code-points.ts'

export function sha256Hex(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}

export function hashJson(value: unknown): string {
  return sha256Hex(canonicalJson(value))
}

/**
 * A table's hash: SHA-256 over its sorted row hashes, joined by line breaks; duplicates count. In SQL:
 * `encode(sha256(convert_to(string_agg(content_hash, E'\n' ORDER BY content_hash COLLATE "C"), 'UTF8')),
 * 'hex')`.
 */
export function hashTable(rowHashes: Iterable<string>): string {
  return sha256Hex([...rowHashes].sort(compareCodePoints).join('\n'))
}

/** A graph's hash: SHA-256 over the canonical JSON of `{ table: table hash }`. */
export function hashGraph(tableHashes: Readonly<Record<string, string>>): string {
  return hashJson(tableHashes)
}
