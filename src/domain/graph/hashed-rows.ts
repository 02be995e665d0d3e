import { canonicalJson } from '../json/canonical-json.ts'
import type { KeyedValue } from '../diff-sorted.ts'
import { sha256Hex } from '../hash.ts'

export interface HashedRows {
  readonly hashes: readonly string[]
  readonly rows: AsyncIterable<KeyedValue>
}

/** Passes rows through and collects their hashes, computed from the content, not from a stored hash. */
export function collectHashes(rows: AsyncIterable<KeyedValue> | Iterable<KeyedValue>): HashedRows {
  const hashes: string[] = []
  async function* withTexts(): AsyncGenerator<KeyedValue> {
    for await (const row of rows) {
      const text = canonicalJson(row.value)
      hashes.push(sha256Hex(text))
      yield { ...row, text }
    }
  }
  return { hashes, rows: withTexts() }
}
