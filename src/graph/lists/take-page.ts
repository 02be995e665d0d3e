import type { PageRequest } from '../../domain/paging/page.ts'
import { compareItems, compareToKeyset, type OrderTerm } from './order-terms.ts'
import type { Test } from '../filters/value-tests.ts'

export interface Sequence extends Iterable<number> {
  readonly length: number
  at(place: number): number | undefined
}

/** The first items of a page in reading order, one more than its limit. */
export function takeFromOrdered(
  sequence: Sequence,
  terms: readonly OrderTerm[],
  test: Test<number> | null,
  { limit, backward, after, before }: PageRequest,
): number[] {
  // Items at or before `after`, and those before `before`.
  const from = after === null ? 0 : firstPlace(sequence, (item) => compareToKeyset(terms, item, after) > 0)
  const to =
    before === null
      ? sequence.length
      : firstPlace(sequence, (item) => compareToKeyset(terms, item, before) >= 0)
  const [first, step] = backward ? [to - 1, -1] : [from, 1]
  const size = Math.max(to - from, 0)
  if (test === null) return take(sequence, first, step, Math.min(size, limit + 1))
  const found: number[] = []
  for (let left = size, at = first; left > 0 && found.length <= limit; left--, at += step)
    if (test(sequence.at(at)!)) found.push(sequence.at(at)!)
  return found
}

function take(sequence: Sequence, first: number, step: number, count: number): number[] {
  const taken = new Array<number>(count)
  for (let place = 0; place < count; place++) taken[place] = sequence.at(first + place * step)!
  return taken
}

/** The first place whose item is beyond. */
function firstPlace(sequence: Sequence, isBeyond: (item: number) => boolean): number {
  let low = 0
  let high = sequence.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBeyond(sequence.at(middle)!)) high = middle
    else low = middle + 1
  }
  return low
}

/** Like {@link takeFromOrdered}, for unordered items: keeps the best so far. */
export function takeFromUnordered(
  items: Iterable<number>,
  terms: readonly OrderTerm[],
  test: Test<number> | null,
  { limit, backward, after, before }: PageRequest,
): number[] {
  const way = backward ? -1 : 1
  const best: number[] = []
  for (const item of items) {
    if (best.length > limit && way * compareItems(terms, item, best[limit]!) >= 0) continue
    if (test !== null && !test(item)) continue
    if (after !== null && compareToKeyset(terms, item, after) <= 0) continue
    if (before !== null && compareToKeyset(terms, item, before) >= 0) continue
    let low = 0
    let high = best.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (way * compareItems(terms, item, best[middle]!) < 0) high = middle
      else low = middle + 1
    }
    best.splice(low, 0, item)
    if (best.length > limit + 1) best.pop()
  }
  return best
}
