import type { ClientBase } from 'pg'
import { AppError } from '../errors.ts'
import { addCounts, writeRows, type MergeSpec } from './merge-table.ts'
import { noCount, type TableCount } from './graph-counts.ts'

export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>

/** Told while rows are staged and written: how many rows of a table have gone that far. */
export type WriteProgress = (step: {
  readonly table: string
  readonly phase: 'read' | 'written'
  readonly rows: number
  readonly total: number | null
}) => void

export interface WriteContext {
  readonly client: ClientBase
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: WriteProgress | undefined
}

/** Rows are told of in steps of this many. */
const progressStep = 5000

/** Passes rows on, telling how many went by. */
export async function* countRows<Row>(
  context: WriteContext,
  table: string,
  rows: Rows<Row>,
): AsyncGenerator<Row> {
  let count = 0
  for await (const row of rows) {
    if (++count % progressStep === 0) context.onProgress?.({ table, phase: 'read', rows: count, total: null })
    yield row
  }
  context.onProgress?.({ table, phase: 'read', rows: count, total: count })
}

/**
 * Writes a staged table slice by slice, so that a long write shows how far it is and can be stopped. The stage holds only
 * rows that are new or different (see {@link dropUnchanged}).
 *
 * @param total rows that were staged at first; those no longer there are unchanged.
 */
export async function writeSlices(
  context: WriteContext,
  spec: MergeSpec,
  total: number,
): Promise<TableCount> {
  const { client, signal, onProgress } = context
  const slice = Math.max(10_000, Math.ceil(total / 25))
  let written = noCount
  for (let from = 0; from < total; from += slice) {
    signal?.throwIfAborted()
    const rows = `FROM ${spec.from} s WHERE s.ord > ${from} AND s.ord <= ${from + slice}`
    const isEmpty = (await client.query(`SELECT 1 ${rows} LIMIT 1`)).rowCount === 0
    if (!isEmpty) written = addCounts(written, await writeRows(client, spec, rows))
    onProgress?.({ table: spec.table, phase: 'written', rows: Math.min(total, from + slice), total })
  }
  return { ...written, unchanged: total - written.inserted - written.updated }
}

/** Takes rows out of a stage whose content the table already holds. */
export async function dropUnchanged(
  client: ClientBase,
  stage: string,
  table: string,
  key: readonly string[],
): Promise<void> {
  const isSameKey = key.map((name) => `t.${name} = s.${name}`).join(' AND ')
  await client.query(
    `DELETE FROM pg_temp.${stage} s USING ${table} t WHERE ${isSameKey} AND t.content_hash = s.content_hash`,
  )
}

/** Refuses if a query finds anything, naming the first few texts of its only column. */
export async function refuseIfAny(
  client: ClientBase,
  query: string,
  say: (examples: string) => string,
): Promise<void> {
  const found = await client.query<{ text: string }>(
    `SELECT found.text FROM (${query}) found (text) ORDER BY 1 LIMIT 5`,
  )
  if (found.rows.length === 0) return
  const examples = found.rows.map(({ text }) => `\`${text}\``)
  throw new AppError('BAD_REQUEST', say(examples.join(', ')), {
    examples: found.rows.map(({ text }) => text),
  })
}
