export type Address = number

const chunkBits = 24
const chunkSize = 1 << chunkBits
const offsetMask = chunkSize - 1
const mostChunks = 256
/** Lengths from here on take four more bytes. */
const longLength = 0xff
const headerBytes = 5

const quote = 0x22
const backslash = 0x5c

/** Addresses are limited to 32 bits. */
export class HeapFullError extends Error {
  override name = 'HeapFullError'
}

/** Append-only JSON texts, ready to copy into a response and shared by successive snapshots. */
export class TextHeap {
  readonly #chunks: Buffer[] = []
  readonly #used: number[] = []

  get byteSize(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  chunks(): Buffer[] {
    return this.#chunks.map((chunk, index) => chunk.subarray(0, this.#used[index]))
  }

  /** A heap of existing chunks; additions go into new ones. */
  static of(chunks: readonly Buffer[]): TextHeap {
    const heap = new TextHeap()
    for (const chunk of chunks) {
      heap.#chunks.push(chunk)
      heap.#used.push(chunk.length)
    }
    return heap
  }

  addText(bytes: Buffer, start: number, end: number): Address {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!
      if (byte < 0x20 || byte === quote || byte === backslash)
        return this.addJson(Buffer.from(JSON.stringify(bytes.toString('utf8', start, end))))
    }
    const length = end - start + 2
    const address = this.#reserve(length)
    const chunk = this.#chunks[address >>> chunkBits]!
    let at = startOf(address, length)
    chunk[at++] = quote
    at += bytes.copy(chunk, at, start, end)
    chunk[at] = quote
    return address
  }

  addJson(bytes: Buffer, start = 0, end = bytes.length): Address {
    const address = this.#reserve(end - start)
    bytes.copy(this.#chunks[address >>> chunkBits]!, startOf(address, end - start), start, end)
    return address
  }

  /** Copies a text to `out`, which must have room; returns the position after it. */
  copyTo(address: Address, out: Buffer, to: number): number {
    const chunk = this.#chunks[address >>> chunkBits]!
    let at = address & offsetMask
    let length = chunk[at++]!
    if (length === longLength) {
      length = chunk.readUInt32LE(at)
      at += 4
    }
    if (length > 40) return to + chunk.copy(out, to, at, at + length)
    for (const end = at + length; at < end;) out[to++] = chunk[at++]!
    return to
  }

  lengthOf(address: Address): number {
    const chunk = this.#chunks[address >>> chunkBits]!
    const at = address & offsetMask
    const length = chunk[at]!
    return length === longLength ? chunk.readUInt32LE(at + 1) : length
  }

  json(address: Address): string {
    const length = this.lengthOf(address)
    const at = startOf(address, length)
    return this.#chunks[address >>> chunkBits]!.toString('utf8', at, at + length)
  }

  /** The string at an address; null for the address 0. */
  text(address: Address): string | null {
    if (address === 0) return null
    const json = this.json(address)
    return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1)
  }

  #reserve(length: number): Address {
    const size = length + headerBytes
    let index = this.#chunks.length - 1
    if (index < 0 || this.#used[index]! + size > this.#chunks[index]!.length) {
      index = this.#chunks.length
      if (index === mostChunks) throw new HeapFullError('The texts of the graph take more than 4 GiB.')
      this.#chunks.push(Buffer.allocUnsafeSlow(Math.max(size + 1, this.#nextChunkSize())))
      // Address 0 means null, so no text starts there.
      this.#used.push(index === 0 ? 1 : 0)
    }
    const chunk = this.#chunks[index]!
    const at = this.#used[index]!
    if (length < longLength) chunk[at] = length
    else {
      chunk[at] = longLength
      chunk.writeUInt32LE(length, at + 1)
    }
    this.#used[index] = at + (length < longLength ? 1 : headerBytes) + length
    return index * chunkSize + at
  }

  /** Small graphs take little; large ones, full-size chunks. */
  #nextChunkSize(): number {
    return Math.min(chunkSize, Math.max(1 << 16, this.byteSize))
  }
}

function startOf(address: Address, length: number): number {
  return (address & offsetMask) + (length < longLength ? 1 : headerBytes)
}
