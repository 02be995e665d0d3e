/**
 * Finds rows by key bytes without creating strings: a hash table with open addressing, by FNV-1a (RFC 9923).
 * For bulk lookups, such as edge ends while a graph is loaded.
 * @example new KeyIndex(['spain']).find(Buffer.from('(spain)'), 1, 6) // 0
 */
export class KeyIndex {
  readonly #keys: readonly string[]
  readonly #table: Int32Array
  readonly #mask: number

  /** @param keys of the rows: ASCII, all different */
  constructor(keys: readonly string[]) {
    let size = 16
    while (size < keys.length * 2) size *= 2
    this.#keys = keys
    this.#table = new Int32Array(size).fill(-1)
    this.#mask = size - 1
    for (const [row, key] of keys.entries()) {
      let hash = offsetBasis
      for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), prime)
      let slot = hash & this.#mask
      while (this.#table[slot] !== -1) slot = (slot + 1) & this.#mask
      this.#table[slot] = row
    }
  }

  /** The row of the key between `start` and `end`, or -1. */
  find(bytes: Uint8Array, start: number, end: number): number {
    let hash = offsetBasis
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, prime)
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const row = this.#table[slot]!
      if (row === -1 || isSame(this.#keys[row]!, bytes, start, end)) return row
    }
  }
}

const offsetBasis = 0x811c_9dc5
const prime = 0x0100_0193

function isSame(key: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) !== bytes[start + at]) return false
  return true
}
