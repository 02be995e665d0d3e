import { atOnce, type Work } from '../in-turns.ts'

/**
 * Elements per chunk, as bits: small enough to copy cheaply, large enough to keep the list of chunks short.
 */
export const chunkBits = 11
export const chunkSize = 1 << chunkBits
const chunkMask = chunkSize - 1

/** Immutable unsigned 32-bit numbers: an edit copies the chunks it touches and shares the others. */
export class Numbers {
  readonly chunks: readonly Uint32Array[]
  readonly length: number

  constructor(chunks: readonly Uint32Array[], length: number) {
    this.chunks = chunks
    this.length = length
  }

  static *from(length: number, valueOf: (index: number) => number): Work<Numbers> {
    const chunks: Uint32Array[] = []
    for (let start = 0; start < length; start += chunkSize) {
      const chunk = new Uint32Array(Math.min(chunkSize, length - start))
      for (let at = 0; at < chunk.length; at++) chunk[at] = valueOf(start + at)
      chunks.push(chunk)
      yield
    }
    return new Numbers(chunks, length)
  }

  static *of(values: Uint32Array): Work<Numbers> {
    const chunks: Uint32Array[] = []
    for (let start = 0; start < values.length; start += chunkSize) {
      chunks.push(values.slice(start, start + chunkSize))
      yield
    }
    return new Numbers(chunks, values.length)
  }

  get(index: number): number {
    return this.chunks[index >>> chunkBits]![index & chunkMask]!
  }

  edit(): NumbersEdit {
    return new NumbersEdit(this)
  }

  /** The same values at new indexes, without those whose new index is -1. */
  renumbered(numberOf: (former: number) => number, length: number): Numbers {
    const values = new Uint32Array(length)
    for (let index = 0; index < this.length; index++) {
      const now = numberOf(index)
      if (now !== -1) values[now] = this.get(index)
    }
    return atOnce(Numbers.of(values))
  }

  get byteSize(): number {
    return this.length * Uint32Array.BYTES_PER_ELEMENT
  }
}

/** A mutable edit of numbers. */
export class NumbersEdit {
  length: number
  readonly #before: Numbers
  readonly #chunks: Uint32Array[]
  readonly #own = new Set<number>()

  constructor(before: Numbers) {
    this.#before = before
    this.#chunks = [...before.chunks]
    this.length = before.length
  }

  get(index: number): number {
    return this.#chunks[index >>> chunkBits]![index & chunkMask]!
  }

  set(index: number, value: number): void {
    this.#chunkFor(index)[index & chunkMask] = value
    if (index >= this.length) this.length = index + 1
  }

  grow(length: number, value: number): void {
    for (let index = this.length; index < length; index++) this.set(index, value)
  }

  finish(): Numbers {
    const isSame = this.#own.size === 0 && this.length === this.#before.length
    return isSame ? this.#before : new Numbers(this.#chunks, this.length)
  }

  #chunkFor(index: number): Uint32Array {
    const at = index >>> chunkBits
    const place = index & chunkMask
    const known = this.#chunks[at]
    if (this.#own.has(at) && place < known!.length) return known!
    // Appending reserves half as much again.
    const room = place < (known?.length ?? 0) ? known!.length : Math.min(chunkSize, place + (place >> 1) + 16)
    const chunk = new Uint32Array(room)
    if (known !== undefined) chunk.set(known)
    this.#own.add(at)
    return (this.#chunks[at] = chunk)
  }
}

/** Like {@link Numbers}, for arbitrary items. */
export class Items<Item> {
  readonly chunks: readonly (readonly Item[])[]
  readonly length: number

  constructor(chunks: readonly (readonly Item[])[], length: number) {
    this.chunks = chunks
    this.length = length
  }

  static *from<Item>(length: number, itemAt: (index: number) => Item): Work<Items<Item>> {
    const chunks: Item[][] = []
    for (let start = 0; start < length; start += chunkSize) {
      chunks.push(Array.from({ length: Math.min(chunkSize, length - start) }, (_, at) => itemAt(start + at)))
      yield
    }
    return new Items(chunks, length)
  }

  get(index: number): Item {
    return this.chunks[index >>> chunkBits]![index & chunkMask]!
  }

  edit(): ItemsEdit<Item> {
    return new ItemsEdit(this)
  }
}

export class ItemsEdit<Item> {
  length: number
  readonly #before: Items<Item>
  readonly #chunks: (readonly Item[])[]
  readonly #own = new Map<number, Item[]>()

  constructor(before: Items<Item>) {
    this.#before = before
    this.#chunks = [...before.chunks]
    this.length = before.length
  }

  get(index: number): Item {
    return this.#chunks[index >>> chunkBits]![index & chunkMask]!
  }

  set(index: number, item: Item): void {
    const at = index >>> chunkBits
    let chunk = this.#own.get(at)
    if (chunk === undefined) {
      this.#own.set(at, (chunk = [...(this.#chunks[at] ?? [])]))
      this.#chunks[at] = chunk
    }
    chunk[index & chunkMask] = item
    if (index >= this.length) this.length = index + 1
  }

  finish(): Items<Item> {
    return this.#own.size === 0 ? this.#before : new Items(this.#chunks, this.length)
  }
}
