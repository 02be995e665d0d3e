import { canonicalJson } from '../json/canonical-json.ts'
import type { KeyedValue } from '../diff-sorted.ts'
import { sha256Hex } from '../hash.ts'

/** Rows on their way through, and the hashes of those that have gone by. */
export interface HashedRows {
  readonly hashes: readonly string[]
  /** Each with its canonical text. */
  readonly rows: AsyncIterable<KeyedValue>
}

/** Passes rows on and keeps their hashes, made of what they hold and not of a hash stored beside it. */
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
