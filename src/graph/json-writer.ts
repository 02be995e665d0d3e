import type { Address, TextHeap } from './columns/text-heap.ts'

const hexDigits = Buffer.from('0123456789abcdef')
const nullBytes = Buffer.from('null')
const emptyObject = Buffer.from('{}')

/** Writes UTF-8 JSON into a growing buffer that is reused. */
export class JsonWriter {
  bytes: Buffer
  length = 0

  constructor(capacity = 1 << 16) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(grown, 0, 0, this.length)
    this.bytes = grown
  }

  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length)
    this.bytes = Buffer.allocUnsafeSlow(this.bytes.length)
    this.length = 0
    return taken
  }

  raw(piece: Buffer): void {
    const { length } = piece
    this.reserve(length)
    const { bytes } = this
    let to = this.length
    if (length > 40) to += piece.copy(bytes, to)
    else for (let at = 0; at < length; at++) bytes[to++] = piece[at]!
    this.length = to
  }

  byte(byte: number): void {
    this.reserve(1)
    this.bytes[this.length++] = byte
  }

  null(): void {
    this.raw(nullBytes)
  }

  text(heap: TextHeap, address: Address): void {
    if (address === 0) return this.null()
    this.reserve(heap.lengthOf(address))
    this.length = heap.copyTo(address, this.bytes, this.length)
  }

  /** A JSON string without its closing or opening quote, for concatenation. */
  unquoted(heap: TextHeap, address: Address): void {
    const start = this.length
    this.text(heap, address)
    this.bytes.copyWithin(start, start + 1, this.length - 1)
    this.length -= 2
  }

  /** A JSON object in JavaScript's member order: numeric names first. */
  object(heap: TextHeap, address: Address): void {
    if (address === 0) return this.raw(emptyObject)
    this.string(JSON.stringify(JSON.parse(heap.json(address))))
  }

  string(json: string): void {
    this.reserve(json.length * 3)
    this.length += this.bytes.write(json, this.length)
  }

  number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 10) return this.byte(0x30 + value)
    // As in JSON.stringify: no infinity, no negative zero.
    this.string(Number.isFinite(value) ? String(value === 0 ? 0 : value) : 'null')
  }

  hex(hashes: Uint8Array, at: number, count: number): void {
    this.reserve(count * 2 + 2)
    const { bytes } = this
    let to = this.length
    bytes[to++] = 0x22
    for (let place = at; place < at + count; place++) {
      const byte = hashes[place]!
      bytes[to++] = hexDigits[byte >> 4]!
      bytes[to++] = hexDigits[byte & 15]!
    }
    bytes[to++] = 0x22
    this.length = to
  }
}
