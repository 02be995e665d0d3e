import type { ClientBase } from 'pg'
import { AppError } from '../../errors.ts'
import type { TableCount } from './counts.ts'

export type Rows<Row> = Iterable<Row> | AsyncIterable<Row>

/** Called while rows are staged and written, with the number of rows so far. */
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

export interface StagedSpec {
  readonly table: string
  readonly stage: string
  readonly key: readonly string[]
  readonly columns: readonly string[]
}

/** Rows between two progress reports. */
const progressStep = 5000

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
 * Writes a staged table: updates existing rows at once and inserts new ones in slices, so that a long write
 * reports progress and can be cancelled. The stage holds only new or changed rows ({@link dropUnchanged}).
 * Plain inserts are a fifth faster than `ON CONFLICT`, and safe under {@link lockGraph}.
 * @param total rows staged at first; the dropped ones are unchanged
 */
export async function writeStaged(
  context: WriteContext,
  spec: StagedSpec,
  total: number,
): Promise<TableCount> {
  const { client, signal, onProgress } = context
  const { table, stage, key, columns } = spec
  const isThere = key.map((name) => `t.${name} = s.${name}`).join(' AND ')
  const found = await client.query(`SELECT 1 FROM ${stage} s JOIN ${table} t ON ${isThere} LIMIT 1`)
  const settings = columns.map((name) => `${name} = s.${name}`).join(', ')
  const updated =
    found.rowCount === 0
      ? 0
      : ((
          await client.query(
            `UPDATE ${table} t SET ${settings}, revision = t.revision + 1, updated_at = now() FROM ${stage} s WHERE ${isThere}`,
          )
        ).rowCount ?? 0)
  const isNew = updated === 0 ? '' : `AND NOT EXISTS (SELECT 1 FROM ${table} t WHERE ${isThere})`
  const all = [...key, ...columns].join(', ')
  const slice = Math.max(10_000, Math.ceil(total / 25))
  let inserted = 0
  for (let from = 0; from < total; from += slice) {
    signal?.throwIfAborted()
    const rows = `FROM ${stage} s WHERE ord > ${from} AND ord <= ${from + slice} ${isNew}`
    const isEmpty = (await client.query(`SELECT 1 ${rows} LIMIT 1`)).rowCount === 0
    if (!isEmpty)
      inserted += (await client.query(`INSERT INTO ${table} (${all}) SELECT ${all} ${rows}`)).rowCount ?? 0
    onProgress?.({ table, phase: 'written', rows: Math.min(total, from + slice), total })
  }
  return { inserted, updated, deleted: 0, unchanged: total - inserted - updated }
}

/** Makes this transaction the graph's only writer until it ends; triggers take the same row lock. */
export async function lockGraph(client: ClientBase): Promise<void> {
  await client.query('SELECT 1 FROM kb_graph_version FOR UPDATE')
}

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

/** The graph version that clients see; in a transaction that has written, the version it will commit. */
export async function readGraphVersion(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    'SELECT version::float8 AS version FROM kb_graph_version',
  )
  return rows[0]?.version ?? 0
}
