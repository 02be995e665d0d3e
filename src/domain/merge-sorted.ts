import { compareCodePoints } from './text/code-points.ts'

/** The entries of two streams under one key; null where one has none. */
export interface Matched<Item> {
  readonly left: Item | null
  readonly right: Item | null
}

/** Walks two streams, sorted by unique keys in code point order, in constant memory; ends both. */
export async function* mergeSorted<Item>(
  left: AsyncGenerator<Item>,
  right: AsyncGenerator<Item>,
  keyOf: (item: Item) => string,
): AsyncGenerator<Matched<Item>> {
  try {
    let [a, b] = await Promise.all([left.next(), right.next()])
    while (a.done !== true || b.done !== true) {
      const order = a.done ? 1 : b.done ? -1 : compareCodePoints(keyOf(a.value), keyOf(b.value))
      yield {
        left: order <= 0 && !a.done ? a.value : null,
        right: order >= 0 && !b.done ? b.value : null,
      }
      if (order <= 0) a = await left.next()
      if (order >= 0) b = await right.next()
    }
  } finally {
    await left.return(undefined)
    await right.return(undefined)
  }
}
