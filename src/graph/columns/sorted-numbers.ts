import type { Work } from '../in-turns.ts'

const startOfOne = new Uint32Array(1)

/** Compares two items. */
export type Compare = (left: number, right: number) => number

/** Items searched or chunks replaced without yielding. */
const itemsPerTurn = 32

interface Place {
  readonly chunk: number
  readonly offset: number
}

/** Items per new chunk; a chunk is split at twice this size. */
const usualSize = 1024

/** An immutable sorted list; a changed list shares most chunks, so updates take microseconds. */
export class SortedNumbers {
  readonly chunks: readonly Uint32Array[]
  readonly length: number
  readonly #starts: Uint32Array
  #latest = 0

  private constructor(chunks: readonly Uint32Array[]) {
    this.chunks = chunks
    this.#starts = chunks.length === 1 ? startOfOne : new Uint32Array(chunks.length)
    let length = 0
    for (let at = 0; at < chunks.length; at++) {
      this.#starts[at] = length
      length += chunks[at]!.length
    }
    this.length = length
  }

  static readonly none = new SortedNumbers([])

  /** @param items in order; copied */
  static of(items: Uint32Array): SortedNumbers {
    const chunks: Uint32Array[] = []
    for (let at = 0; at < items.length; at += usualSize) chunks.push(items.slice(at, at + usualSize))
    return new SortedNumbers(chunks)
  }

  at(place: number): number {
    const chunk = this.#chunkAt(place)
    return this.chunks[chunk]![place - this.#starts[chunk]!]!
  }

  /** The first place whose item is beyond. */
  firstPlace(isBeyond: (item: number) => boolean): number {
    const { chunk, offset } = this.#first(isBeyond)
    return chunk === this.chunks.length ? this.length : this.#starts[chunk]! + offset
  }

  *[Symbol.iterator](): Generator<number, void, void> {
    for (const chunk of this.chunks) yield* chunk
  }

  /** The items from one place to before another. */
  slice(from: number, to: number): Uint32Array {
    const items = new Uint32Array(Math.max(to - from, 0))
    for (let chunk = this.#chunkAt(from), at = 0; at < items.length; chunk++) {
      const start = this.#starts[chunk]!
      const part = this.chunks[chunk]!.subarray(Math.max(from - start, 0), to - start)
      items.set(part, at)
      at += part.length
    }
    return items
  }

  forEach(visit: (item: number) => void): void {
    for (const chunk of this.chunks) for (let at = 0; at < chunk.length; at++) visit(chunk[at]!)
  }

  toArray(): Uint32Array {
    return this.slice(0, this.length)
  }

  filter(test: (item: number) => boolean): Uint32Array {
    const kept: number[] = []
    for (const chunk of this.chunks)
      for (let at = 0; at < chunk.length; at++) if (test(chunk[at]!)) kept.push(chunk[at]!)
    return Uint32Array.from(kept)
  }

  /** The list with renumbered items, in the same order. */
  map(numberOf: (item: number) => number): SortedNumbers {
    return new SortedNumbers(this.chunks.map((chunk) => chunk.map(numberOf)))
  }

  /** The list with items removed and added; `compare` orders those against the remaining ones. */
  *change(
    going: { readonly items: readonly number[]; readonly compare: Compare },
    coming: { readonly items: readonly number[]; readonly compare: Compare },
  ): Work<SortedNumbers> {
    const left = yield* this.#without(going.items, going.compare)
    return yield* left.#with(coming.items, coming.compare)
  }

  /** Every removed item must be in the list. */
  *#without(items: readonly number[], compare: Compare): Work<SortedNumbers> {
    if (items.length === 0) return this
    const places: Place[] = []
    for (const item of items) {
      places.push(this.#first((other) => compare(other, item) >= 0))
      if (places.length % itemsPerTurn === 0) yield
    }
    const gone = Map.groupBy(places, ({ chunk }) => chunk)
    return yield* this.#replace(gone, (chunk, away) => {
      const left = new Uint32Array(chunk.length - away.length)
      let [from, to] = [0, 0]
      for (const { offset } of away.sort((one, other) => one.offset - other.offset)) {
        left.set(chunk.subarray(from, offset), to)
        to += offset - from
        from = offset + 1
      }
      left.set(chunk.subarray(from), to)
      return left.length === 0 ? [] : [left]
    })
  }

  *#with(items: readonly number[], compare: Compare): Work<SortedNumbers> {
    if (items.length === 0) return this
    if (this.length === 0) return SortedNumbers.of(Uint32Array.from(items).sort(compare))
    const places: (Place & { readonly item: number })[] = []
    for (const item of items) {
      const { chunk, offset } = this.#first((other) => compare(other, item) > 0)
      const last = this.chunks.length - 1
      places.push(
        chunk > last ? { chunk: last, offset: this.chunks[last]!.length, item } : { chunk, offset, item },
      )
      if (places.length % itemsPerTurn === 0) yield
    }
    const added = Map.groupBy(places, ({ chunk }) => chunk)
    return yield* this.#replace(added, (chunk, more) => {
      const merged = new Uint32Array(chunk.length + more.length)
      let [from, to] = [0, 0]
      for (const { offset, item } of more.sort((a, b) => a.offset - b.offset || compare(a.item, b.item))) {
        merged.set(chunk.subarray(from, offset), to)
        to += offset - from
        from = offset
        merged[to++] = item
      }
      merged.set(chunk.subarray(from), to)
      return merged.length <= usualSize * 2 ? [merged] : SortedNumbers.of(merged).chunks
    })
  }

  /** The list with some chunks replaced by others. */
  *#replace<Item>(
    changes: ReadonlyMap<number, Item[]>,
    replace: (chunk: Uint32Array, items: Item[]) => readonly Uint32Array[],
  ): Work<SortedNumbers> {
    const chunks: Uint32Array[] = []
    let turn = 0
    for (const [at, chunk] of this.chunks.entries()) {
      const items = changes.get(at)
      if (items === undefined) chunks.push(chunk)
      else {
        chunks.push(...replace(chunk, items))
        if (++turn % itemsPerTurn === 0) yield
      }
    }
    return new SortedNumbers(chunks)
  }

  /** Where the first item is that is beyond. */
  #first(isBeyond: (item: number) => boolean): Place {
    const { chunks } = this
    let [low, high] = [0, chunks.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBeyond(chunks[middle]!.at(-1)!)) high = middle
      else low = middle + 1
    }
    const chunk = low
    if (chunk === chunks.length) return { chunk, offset: 0 }
    const items = chunks[chunk]!
    ;[low, high] = [0, items.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBeyond(items[middle]!)) high = middle
      else low = middle + 1
    }
    return { chunk, offset: low }
  }

  /** The chunk in which a place is. */
  #chunkAt(place: number): number {
    // Lists are mostly read sequentially.
    const latest = this.#latest
    if (place >= this.#starts[latest]! && place < (this.#starts[latest + 1] ?? this.length)) return latest
    let [low, high] = [0, this.chunks.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#starts[middle]! <= place) low = middle + 1
      else high = middle
    }
    return (this.#latest = Math.max(low - 1, 0))
  }
}

/** The order of numbers themselves. */
export const byNumber: Compare = (left, right) => left - right
