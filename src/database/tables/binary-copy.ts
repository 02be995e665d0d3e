import type { ClientBase } from 'pg'
import type pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'

const headerBytes = 19
const lengthBytes = 4
/** Microseconds from 1970 to 2000, Postgres' epoch. */
const epoch = 946_684_800_000_000

export class BinaryRow {
  bytes: Buffer = Buffer.alloc(0)
  readonly starts: Int32Array
  /** End of each field; -1 for null. */
  readonly ends: Int32Array

  constructor(fields: number) {
    this.starts = new Int32Array(fields)
    this.ends = new Int32Array(fields)
  }

  isNull(field: number): boolean {
    return this.ends[field] === -1
  }

  isEqual(left: number, right: number): boolean {
    const { bytes, starts, ends } = this
    return bytes.compare(bytes, starts[left], ends[left], starts[right], ends[right]) === 0
  }

  slice(field: number): Buffer {
    return this.bytes.subarray(this.starts[field], this.ends[field])
  }

  text(field: number): string | null {
    return this.isNull(field) ? null : this.bytes.toString('utf8', this.starts[field], this.ends[field])
  }

  /** The bytes of consecutive fields with their lengths: equal only if the fields are. */
  span(first: number, last: number): Buffer {
    const end = this.isNull(last) ? this.starts[last] : this.ends[last]
    return this.bytes.subarray(this.starts[first]! - lengthBytes, end)
  }

  ascii(field: number): string {
    return this.bytes.toString('latin1', this.starts[field], this.ends[field])
  }

  int32(field: number): number {
    return this.bytes.readInt32BE(this.starts[field])
  }

  int64(field: number): number {
    const at = this.starts[field]!
    return this.bytes.readInt32BE(at) * 0x1_0000_0000 + this.bytes.readUInt32BE(at + 4)
  }

  float64(field: number): number {
    return this.isNull(field) ? NaN : this.bytes.readDoubleBE(this.starts[field])
  }

  boolean(field: number): boolean {
    return this.bytes[this.starts[field]!] === 1
  }

  /** Microseconds since 1970. */
  timestamp(field: number): number {
    return this.int64(field) + epoch
  }

  texts(field: number): string[] {
    if (this.isNull(field)) return []
    let at = this.starts[field]!
    if (this.bytes.readInt32BE(at) === 0) return []
    const count = this.bytes.readInt32BE(at + 12)
    at += 20
    const found: string[] = []
    for (let item = 0; item < count; item++) {
      const length = this.bytes.readInt32BE(at)
      at += 4
      found.push(this.bytes.toString('utf8', at, at + length))
      at += length
    }
    return found
  }
}

/**
 * Reads a query by binary COPY: no text parsing, constant memory.
 * @param query a SELECT whose columns are uuid, text, int4, int8, float8, bool, timestamptz or text[]
 * @param onRow gets the same row object each time, valid until it returns
 */
export async function readBinaryCopy(
  client: ClientBase,
  query: string,
  fields: number,
  onRow: (row: BinaryRow) => void,
): Promise<void> {
  const stream = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT binary)`))
  const row = new BinaryRow(fields)
  let left: Buffer | null = null
  let isHeaderRead = false
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      const bytes: Buffer = left === null ? piece : Buffer.concat([left, piece])
      let at = 0
      if (!isHeaderRead) {
        if (bytes.length < headerBytes) {
          left = bytes
          continue
        }
        at = headerBytes
        isHeaderRead = true
      }
      row.bytes = bytes
      for (;;) {
        const next = readRow(row, bytes, at, fields)
        if (next === -1) break
        at = next
        onRow(row)
      }
      left = at === bytes.length ? null : bytes.subarray(at)
    }
  } catch (error) {
    // Unread rows are still arriving, so the connection must be destroyed.
    ;(client as pg.Client).connection.stream.destroy()
    throw error
  }
}

/** The position after the row at `at`; -1 if it is incomplete, or the rows have ended. */
function readRow(row: BinaryRow, bytes: Buffer, at: number, fields: number): number {
  if (at + 2 > bytes.length || bytes.readInt16BE(at) === -1) return -1
  at += 2
  for (let field = 0; field < fields; field++) {
    if (at + lengthBytes > bytes.length) return -1
    const length = bytes.readInt32BE(at)
    at += lengthBytes
    row.starts[field] = at
    if (length === -1) {
      row.ends[field] = -1
      continue
    }
    if (at + length > bytes.length) return -1
    row.ends[field] = at += length
  }
  return at
}
