import type { BytesAt } from './columns.ts'
import type { Work } from '../in-turns.ts'

/** A hash table whose hash is the id's first, random bytes. Several rows may share an id. */
export class UuidIndex {
  #table: Int32Array
  #mask: number
  #count = 0

  constructor(expected: number) {
    let size = 16
    while (size < expected * 2) size *= 2
    this.#table = new Int32Array(size).fill(-1)
    this.#mask = size - 1
  }

  get byteSize(): number {
    return this.#table.byteLength
  }

  *reserve(ids: Uint8Array, rows: number, expected: number): Work<void> {
    const index = expected * 2 > this.#table.length ? new UuidIndex(expected + (expected >> 1)) : this
    for (let count = index.#count; count < rows; count += 4096) {
      index.fill(ids, Math.min(count + 4096, rows))
      yield
    }
    if (index === this || index.#count < this.#count) return
    this.#table = index.#table
    this.#mask = index.#mask
    this.#count = index.#count
  }

  fill(ids: Uint8Array, rows: number): void {
    if (rows * 2 > this.#table.length) {
      this.#table = new Int32Array(
        this.#table.length * Math.max(2, 2 ** Math.ceil(Math.log2((rows * 2) / this.#table.length))),
      ).fill(-1)
      this.#mask = this.#table.length - 1
      this.#count = 0
    }
    for (; this.#count < rows; this.#count++) {
      let slot = slotOf(ids, this.#count * 16) & this.#mask
      while (this.#table[slot] !== -1) slot = (slot + 1) & this.#mask
      this.#table[slot] = this.#count
    }
  }

  /** The first row with the id for which `accept` is true, or -1. */
  find(ids: Uint8Array, id: string, accept: (row: number) => boolean): number {
    return this.findBytes(ids, { bytes: uuidBytes(id), at: 0 }, accept)
  }

  /** Like {@link find}, by the id's 16 bytes. */
  findBytes(ids: Uint8Array, { bytes, at }: BytesAt, accept: (row: number) => boolean = () => true): number {
    for (
      let slot = slotOf(bytes, at) & this.#mask;
      this.#table[slot] !== -1;
      slot = (slot + 1) & this.#mask
    ) {
      const row = this.#table[slot]!
      let same = 0
      while (same < 16 && ids[row * 16 + same] === bytes[at + same]) same++
      if (same === 16 && accept(row)) return row
    }
    return -1
  }
}

function slotOf(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}

export function uuidBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

export function uuidText(bytes: Uint8Array, at: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
