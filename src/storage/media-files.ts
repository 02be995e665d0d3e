import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../domain/hash.ts'
import { detectMediaType } from './detect-media-type.ts'

export interface MediaFile {
  readonly hash: string
  readonly byteSize: number
  /** Where the server serves it: `/media/<sha256>.<extension>`. */
  readonly url: string
}

export interface ExpectedFile {
  readonly hash: string
  readonly byteSize: number
  readonly extension: string
  readonly mimeType: string
}
export type ReceiveProblem = 'too-short' | 'too-long' | 'other-bytes' | 'other-type'

/** Content-addressed media files: immutable and never stored twice. */
export interface MediaFiles {
  /** Atomic but not flushed: after a power cut the next `put` repairs the file by its size. */
  put(bytes: Uint8Array, extension: string): Promise<MediaFile>
  /** Stores and flushes a stream, if its hash and type match the announcement. */
  receive(bytes: AsyncIterable<Uint8Array>, expected: ExpectedFile): Promise<ReceiveProblem | null>
  /** The path of a file by name; null if the name is invalid or the file is missing. */
  find(name: string): Promise<string | null>
}

const namePattern = /^[0-9a-f]{64}\.[a-z0-9]{2,5}$/

export function createMediaFiles(dataDir: string): MediaFiles {
  const folder = join(dataDir, 'media')
  const sizeOf = async (path: string) => (await stat(path).catch(() => null))?.size ?? null
  return {
    async put(bytes, extension) {
      const hash = sha256Hex(bytes)
      const name = `${hash}.${extension}`
      const path = join(folder, name)
      const file = { hash, byteSize: bytes.byteLength, url: `/media/${name}` }
      if ((await sizeOf(path)) === bytes.byteLength) return file
      await mkdir(folder, { recursive: true })
      const draft = join(folder, `.${name}.${randomUUID()}`)
      try {
        await writeFile(draft, bytes)
        await rename(draft, path)
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
      return file
    },
    async receive(bytes, { hash, byteSize, extension, mimeType }) {
      const path = join(folder, `${hash}.${extension}`)
      await mkdir(folder, { recursive: true })
      const draft = join(folder, `.${hash}.${randomUUID()}`)
      const digest = createHash('sha256')
      let size = 0
      const file = await open(draft, 'wx', 0o644)
      try {
        for await (const chunk of bytes) {
          size += chunk.byteLength
          if (size > byteSize) return 'too-long'
          digest.update(chunk)
          await file.appendFile(chunk)
        }
        if (size < byteSize) return 'too-short'
        if (digest.digest('hex') !== hash) return 'other-bytes'
        if ((await detectMediaType(draft)) !== mimeType) return 'other-type'
        await file.sync()
        await rename(draft, path)
        return null
      } finally {
        await file.close()
        await rm(draft, { force: true })
      }
    },
    async find(name) {
      if (!namePattern.test(name)) return null
      const path = join(folder, name)
      return (await sizeOf(path)) === null ? null : path
    },
  }
}
