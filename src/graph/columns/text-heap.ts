/** Where a text lies in a heap; 0 stands for null. */
export type Address = number

const chunkBits = 24
const chunkSize = 1 << chunkBits
const offsetMask = chunkSize - 1
const mostChunks = 256
/** A length of this or more takes four more bytes. */
const longLength = 0xff
const headerBytes = 5

const quote = 0x22
const backslash = 0x5c

/** What does not fit: addresses are 32 bits. */
export class HeapFullError extends Error {
  override name = 'HeapFullError'
}

/**
 * JSON texts in a few large pieces of memory, ready to be copied into an answer. It only grows, so that snapshots which
 * follow one another share it: none looks at what was added after it.
 */
export class TextHeap {
  readonly #chunks: Buffer[] = []
  /** Bytes used of each chunk. */
  readonly #used: number[] = []

  /** Bytes that are taken of the machine. */
  get byteSize(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  }

  /** The chunks as far as they are used, to be kept elsewhere. */
  chunks(): Buffer[] {
    return this.#chunks.map((chunk, index) => chunk.subarray(0, this.#used[index]))
  }

  /** A heap of kept chunks; what is added goes into new ones. */
  static of(chunks: readonly Buffer[]): TextHeap {
    const heap = new TextHeap()
    for (const chunk of chunks) {
      heap.#chunks.push(chunk)
      heap.#used.push(chunk.length)
    }
    return heap
  }

  /** Adds a text as a JSON string. @param bytes UTF-8 between `start` and `end` */
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

  /** Adds JSON text as it is. */
  addJson(bytes: Buffer, start = 0, end = bytes.length): Address {
    const address = this.#reserve(end - start)
    bytes.copy(this.#chunks[address >>> chunkBits]!, startOf(address, end - start), start, end)
    return address
  }

  /** Copies a text to `out` and gives the place behind it; `out` must have room. */
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

  /** The JSON text at an address. */
  json(address: Address): string {
    const length = this.lengthOf(address)
    const at = startOf(address, length)
    return this.#chunks[address >>> chunkBits]!.toString('utf8', at, at + length)
  }

  /** The string of a JSON string at an address; null for the address 0. */
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
      // No text begins at address 0, which means null.
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

  /** Small graphs take little; large ones, chunks of the full size. */
  #nextChunkSize(): number {
    return Math.min(chunkSize, Math.max(1 << 16, this.byteSize))
  }
}

/** Where the bytes behind the length begin. */
function startOf(address: Address, length: number): number {
  return (address & offsetMask) + (length < longLength ? 1 : headerBytes)
}
