import { createHash } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { constants } from 'node:buffer'

export interface Sections {
  readonly arrays: Readonly<
    Record<string, Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array>
  >
  readonly values: Readonly<Record<string, unknown>>
}

const magic = 'KBGRAPH'
const hashBytes = 32
const alignment = 8
const pieceSize = 1 << 20

const arrayTypes = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float64Array } as const
type ArrayType = keyof typeof arrayTypes

interface Header {
  readonly values: Readonly<Record<string, unknown>>
  readonly arrays: readonly { readonly name: string; readonly type: ArrayType; readonly length: number }[]
}

function typeOf(array: Sections['arrays'][string]): ArrayType {
  // A Buffer is a Uint8Array under another name.
  return array instanceof Uint8Array ? 'Uint8Array' : (array.constructor.name as ArrayType)
}

/** The file was truncated, changed, or is of another kind. */
export class DamagedFileError extends Error {
  override name = 'DamagedFileError'
}

/**
 * Atomic, by rename. Layout: magic, header length, JSON header, arrays on eight-byte boundaries, SHA-256.
 *
 * @param isDurable flushed to the disk, so that a power cut leaves this file or the former one whole
 */
export async function writeSectionFile(
  path: string,
  { arrays, values }: Sections,
  isDurable = true,
): Promise<void> {
  const listed = Object.entries(arrays).map(([name, array]) => ({
    name,
    type: typeOf(array),
    length: array.length,
  }))
  const header = Buffer.from(JSON.stringify({ values, arrays: listed } satisfies Header))
  const start = Buffer.alloc(12)
  start.write(magic, 'latin1')
  start.writeUInt32LE(header.length, 8)
  const temporary = `${path}.${process.pid}.new`
  try {
    await writeWhole(temporary, [start, header], Object.values(arrays), isDurable)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

async function writeWhole(
  path: string,
  head: readonly Uint8Array[],
  arrays: readonly Sections['arrays'][string][],
  isDurable: boolean,
): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    const hash = createHash('sha256')
    let at = 0
    const write = async (bytes: Uint8Array) => {
      hash.update(bytes)
      await file.writeFile(bytes)
      at += bytes.byteLength
    }
    for (const bytes of head) await write(bytes)
    for (const array of arrays) {
      await write(Buffer.alloc((alignment - (at % alignment)) % alignment))
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
      // In pieces, since hashing blocks the thread.
      for (let from = 0; from < bytes.length; from += pieceSize)
        await write(bytes.subarray(from, from + pieceSize))
    }
    await file.writeFile(hash.digest())
    if (isDurable) await file.sync()
  } finally {
    await file.close()
  }
}

/** Does not copy the arrays. Null where there is no file; throws DamagedFileError. */
export async function readSectionFile(path: string): Promise<Sections | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (bytes === null) return null
  const end = bytes.length - hashBytes
  if (end < 12 || bytes.length > constants.MAX_LENGTH || bytes.toString('latin1', 0, 7) !== magic)
    throw new DamagedFileError('It is no snapshot of a graph.')
  const hash = createHash('sha256').update(bytes.subarray(0, end)).digest()
  if (!hash.equals(bytes.subarray(end))) throw new DamagedFileError('Its hash is not that of its content.')
  let at = 12 + bytes.readUInt32LE(8)
  const { values, arrays } = JSON.parse(bytes.toString('utf8', 12, at)) as Header
  const found: Record<string, InstanceType<(typeof arrayTypes)[ArrayType]>> = {}
  for (const { name, type, length } of arrays) {
    at += (alignment - (at % alignment)) % alignment
    const Type = arrayTypes[type]
    const start = bytes.byteOffset + at
    // Aligned to eight bytes, unless it is small enough to come from Buffer's pool.
    found[name] =
      start % Type.BYTES_PER_ELEMENT === 0
        ? new Type(bytes.buffer, start, length)
        : new Type(bytes.buffer.slice(start, start + length * Type.BYTES_PER_ELEMENT))
    at += length * Type.BYTES_PER_ELEMENT
  }
  return { arrays: found, values }
}
