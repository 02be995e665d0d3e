import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import pg, { type ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { columnList } from './export-table.ts'
import { withRebuiltIndexes } from './rebuilt-indexes.ts'
import { publicRelation } from './table-shape.ts'

export interface TableFile {
  readonly table: string
  readonly columns: readonly string[]
  readonly path: string
}

export interface RestoreOptions {
  readonly signal?: AbortSignal | undefined
  readonly onTable?: ((table: string) => void) | undefined
}

/**
 * Replaces the content of tables with COPY files; rows are loaded verbatim, without triggers. Foreign keys
 * are dropped and recreated at the end, so table order does not matter and violations fail the transaction.
 * The tables stay locked until it ends.
 * @param client the tables' owner, in a transaction that called `useCanonicalText`
 * @returns rows by table
 */
export async function restoreTables(
  client: ClientBase,
  files: readonly TableFile[],
  { signal, onTable }: RestoreOptions = {},
): Promise<Map<string, number>> {
  const tables = files.map(({ table }) => publicRelation(table))
  const rows = new Map<string, number>()
  await withRebuiltIndexes(client, tables, async () => {
    const triggers = await readTriggers(client, files)
    for (const { table, name } of triggers)
      await client.query(`ALTER TABLE ${publicRelation(table)} DISABLE TRIGGER ${pg.escapeIdentifier(name)}`)
    await client.query(`TRUNCATE ${tables.join(', ')}`)
    for (const file of files) {
      signal?.throwIfAborted()
      onTable?.(file.table)
      rows.set(file.table, await copyFile(client, publicRelation(file.table), file, { signal }))
    }
    for (const { table, name, enable } of triggers)
      await client.query(
        `ALTER TABLE ${publicRelation(table)} ${enable} TRIGGER ${pg.escapeIdentifier(name)}`,
      )
  })
  return rows
}

export interface CopyOptions {
  readonly signal?: AbortSignal | undefined
  readonly condition?: string | undefined
}

export async function copyFile(
  client: ClientBase,
  relation: string,
  { columns, path }: Pick<TableFile, 'columns' | 'path'>,
  { signal, condition }: CopyOptions = {},
): Promise<number> {
  const where = condition === undefined ? '' : ` WHERE ${condition}`
  const copy = client.query(copyFrom(`COPY ${relation} (${columnList(columns)}) FROM STDIN${where}`))
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  await pipeline(file, copy, signal === undefined ? {} : { signal })
  return copy.rowCount
}

interface Trigger {
  readonly table: string
  readonly name: string
  /** The `ENABLE` clause that restores its state. */
  readonly enable: string
}

async function readTriggers(client: ClientBase, files: readonly TableFile[]): Promise<Trigger[]> {
  const { rows } = await client.query<Trigger>(
    `SELECT c.relname AS table, t.tgname AS name,
       CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END AS enable
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY ($1) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
     ORDER BY c.relname, t.tgname`,
    [files.map(({ table }) => table)],
  )
  return rows
}
