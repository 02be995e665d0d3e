import { createHash } from 'node:crypto'

export interface HashedRows {
  /** 32 bytes per row. */
  readonly hashes: Uint8Array
  readonly rows: Uint32Array
}

const newline = 0x0a
const hexDigits = Buffer.from('0123456789abcdef')
const hashesPerPiece = 4096

/** Equals `hashTable` of the hex digests, in little memory. */
export function hashRows({ hashes, rows }: HashedRows): string {
  const hash = createHash('sha256')
  const text = Buffer.allocUnsafe(hashesPerPiece * 65)
  let to = 0
  let isFirst = true
  for (const row of sortRows(hashes, rows)) {
    if (!isFirst) text[to++] = newline
    isFirst = false
    for (let at = row * 32; at < row * 32 + 32; at++) {
      const byte = hashes[at]!
      text[to++] = hexDigits[byte >> 4]!
      text[to++] = hexDigits[byte & 15]!
    }
    if (to + 65 <= text.length) continue
    hash.update(text.subarray(0, to))
    to = 0
  }
  return hash.update(text.subarray(0, to)).digest('hex')
}

/** Sorts rows by hash: numbers of leading bits and row are sorted natively, then the few rows with equal bits are fixed. */
function sortRows(hashes: Uint8Array, rows: Uint32Array): Uint32Array {
  const places = 2 ** Math.ceil(Math.log2(Math.max(rows.length, 1)))
  const view = new DataView(hashes.buffer, hashes.byteOffset)
  // 53 bits are exact: the row takes what it needs, the hash up to 32 of the rest.
  const keys = Float64Array.from(
    rows,
    (row, place) => (view.getUint32(row * 32) >>> spareBits(places)) * places + place,
  )
  keys.sort()
  const sorted = Uint32Array.from(keys, (key) => rows[key % places]!)
  for (let at = 1; at < sorted.length; at++) {
    const row = sorted[at]!
    let place = at
    while (place > 0 && compareRows(hashes, sorted[place - 1]!, row) > 0) {
      sorted[place] = sorted[place - 1]!
      place--
    }
    sorted[place] = row
  }
  return sorted
}

/** How many of the 32 bits the row needs. */
function spareBits(places: number): number {
  return Math.max(0, 32 + Math.log2(places) - 52)
}

function compareRows(hashes: Uint8Array, left: number, right: number): number {
  for (let at = 0; at < 32; at++) {
    const difference = hashes[left * 32 + at]! - hashes[right * 32 + at]!
    if (difference !== 0) return difference
  }
  return 0
}
