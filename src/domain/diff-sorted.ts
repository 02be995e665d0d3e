import { canonicalJson } from './json/canonical-json.ts'
import { compareCodePoints } from './text/code-points.ts'
import { diffJson } from './json/diff.ts'
import type { PatchOperation } from './json/patch.ts'
import type { JsonObject } from './json/value.ts'
import { mergeSorted } from './merge-sorted.ts'

export interface KeyedValue {
  readonly key: string
  readonly value: JsonObject
  readonly text?: string
}

export interface SortedDifference {
  readonly operation: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly subjectKey: string
  readonly patch: readonly PatchOperation[]
}

type Stream = AsyncIterable<KeyedValue> | Iterable<KeyedValue>

/**
 * Compares two sorted streams in constant memory: only right (ADDED), only left (REMOVED), or different
 * (CHANGED).
 * @param left,right ordered by key (code points), each key once
 * @returns the number of equal items
 * @throws Error where a stream is out of order
 */
export async function* diffSorted(
  left: Stream,
  right: Stream,
): AsyncGenerator<SortedDifference, number, void> {
  let unchanged = 0
  for await (const { left: from, right: to } of mergeSorted(
    inOrder(left),
    inOrder(right),
    ({ key }) => key,
  )) {
    if (from === null)
      yield { operation: 'ADDED', subjectKey: to!.key, patch: [{ op: 'add', path: '', value: to!.value }] }
    else if (to === null)
      yield { operation: 'REMOVED', subjectKey: from.key, patch: [{ op: 'remove', path: '' }] }
    else if (textOf(from) === textOf(to)) unchanged++
    else yield { operation: 'CHANGED', subjectKey: from.key, patch: diffJson(from.value, to.value).patch }
  }
  return unchanged
}

function textOf({ value, text }: KeyedValue): string {
  return text ?? canonicalJson(value)
}

async function* inOrder(stream: Stream): AsyncGenerator<KeyedValue, undefined, void> {
  let before: string | null = null
  for await (const item of stream) {
    if (before !== null && compareCodePoints(before, item.key) >= 0)
      throw new Error(`the stream is not in the order of its keys at ${item.key}`)
    before = item.key
    yield item
  }
}
