import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg, { type ClientBase } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { publicRelation, type TableShape } from './table-shape.ts'

export interface ExportedFile {
  readonly byteSize: number
  readonly sha256: string
  readonly rows: number
}

export function writableColumns(shape: TableShape): string[] {
  return shape.columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name)
}

export function columnList(names: readonly string[]): string {
  return names.map((name) => pg.escapeIdentifier(name)).join(', ')
}

/**
 * Writes a table to a new file as COPY text; hashes it and flushes it to disk. Constant memory.
 * @param client in a transaction that called `useCanonicalText`
 * @throws if the file exists
 */
export async function exportTable(
  client: ClientBase,
  shape: TableShape,
  path: string,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  const hash = createHash('sha256')
  let byteSize = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      byteSize += chunk.length
      done(null, chunk)
    },
  })
  const copy = client.query(
    copyTo(`COPY ${publicRelation(shape.table)} (${columnList(writableColumns(shape))}) TO STDOUT`),
  )
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true, highWaterMark: 1 << 20 })
  try {
    await pipeline(copy, measure, file, signal === undefined ? {} : { signal })
  } catch (error) {
    // Unread rows are still arriving, so the connection must be destroyed.
    ;(client as pg.Client).connection.stream.destroy()
    throw error
  }
  return { byteSize, sha256: hash.digest('hex'), rows: copy.rowCount }
}
