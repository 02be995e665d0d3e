import type { BytesAt } from './columns.ts'
import type { Work } from '../in-turns.ts'

/**
 * Finds rows by their uuids: a hash table with open addressing over the ids themselves, whose first bytes are random enough
 * to be the hash. Several rows may have one id.
 */
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

  /** Adds rows that are there, and makes room for as many as are to come. @param ids 16 bytes a row */
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

  /** Adds the rows from `#count` up to and without `rows`. @param ids 16 bytes a row */
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

  /** The first row with the id that is accepted, or -1. @param id in its usual text form */
  find(ids: Uint8Array, id: string, accept: (row: number) => boolean): number {
    return this.findBytes(ids, { bytes: uuidBytes(id), at: 0 }, accept)
  }

  /** … by the 16 bytes of the id. */
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

/** The 16 bytes of a uuid in its usual text form. */
export function uuidBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

/** The usual text form of the uuid at `at`. */
export function uuidText(bytes: Uint8Array, at: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + at, 16).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
