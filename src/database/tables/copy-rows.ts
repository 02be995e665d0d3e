import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

export type CopyValue = string | number | boolean | null | readonly string[]

/** About a megabyte per chunk keeps the stream busy and memory flat. */
const chunkLength = 1 << 20

/**
 * Sends rows to a table by COPY with back-pressure; returns the count. Text that Postgres cannot store (NUL,
 * lone surrogates) is an error, since UTF-8 would silently change it.
 * @param signal stops between chunks; the caller then rolls back
 */
export async function copyRows(
  client: ClientBase,
  table: string,
  columns: readonly string[],
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  signal?: AbortSignal,
): Promise<number> {
  signal?.throwIfAborted()
  const copy = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`))
  const source = { error: null as unknown }
  try {
    await pipeline(
      Readable.from(encodeRows(rows, source), { highWaterMark: 2 }),
      copy,
      signal ? { signal } : {},
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw source.error ?? error
  }
  return copy.rowCount
}

async function* encodeRows(
  rows: Iterable<readonly CopyValue[]> | AsyncIterable<readonly CopyValue[]>,
  source: { error: unknown },
): AsyncGenerator<Buffer> {
  let text = ''
  try {
    for await (const row of rows) {
      text += row.map(encodeValue).join('\t') + '\n'
      if (text.length < chunkLength) continue
      yield Buffer.from(text)
      text = ''
    }
  } catch (error) {
    source.error = error
    throw error
  }
  if (text !== '') yield Buffer.from(text)
}

function encodeValue(value: CopyValue): string {
  if (value === null) return String.raw`\N`
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'object') return escapeText(`{${value.map(quoteElement).join(',')}}`)
  return String(value)
}

const special = /[\\\t\n\r]/
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function escapeText(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new Error(
      `Text with NUL or a lone surrogate cannot be stored: ${JSON.stringify(text.slice(0, 80))}`,
    )
  }
  return special.test(text) ? text.replace(/[\\\t\n\r]/g, (character) => escapes[character] as string) : text
}

function quoteElement(element: string): string {
  return `"${element.replace(/["\\]/g, (character) => `\\${character}`)}"`
}
