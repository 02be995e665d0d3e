import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ClientBase } from 'pg'
import { exportTable } from '../../database/tables/export-table.ts'
import { readIdentity } from '../../database/connection/database-identity.ts'
import { useCanonicalText } from '../../database/tables/row-text.ts'
import { readCatalog } from '../../database/schema/catalog.ts'
import { readAppliedMigrations } from '../../database/schema/state.ts'
import { readSequences } from '../../database/tables/sequence-positions.ts'
import { hashTableRows } from '../../database/tables/table-hash.ts'
import { publicRelation, readTableShapes, type TableShape } from '../../database/tables/table-shape.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { createGraphHash } from '../../readers/database/graph-hash.ts'
import { writeManifest, type BackupContent, type BackupManifest, type BackupTable } from './manifest.ts'
import { readContentHash } from './content.ts'
import { OperationError } from '../run/error.ts'
import type { OpsContext } from '../run/context.ts'

/** Sessions are left out: a stolen backup must not allow a sign-in. */
export const tablesLeftOut: readonly string[] = ['admin_sessions']

export interface Backup {
  readonly directory: string
  readonly manifest: BackupManifest
}

export type BackupContext = Pick<OpsContext, 'pool' | 'settings' | 'actor' | 'now' | 'signal' | 'onProgress'>

export interface BackupOptions {
  readonly directory?: string | undefined
}

/**
 * Exports one snapshot of all kb_* and admin_* tables, with the hashes, sequence positions and schema that
 * prove a restore. Read-only for the database; an unfinished backup is removed.
 */
export async function createBackup(ctx: BackupContext, options: BackupOptions = {}): Promise<Backup> {
  const createdAt = ctx.now()
  const stamp = createdAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const id = `${stamp}-${randomBytes(4).toString('hex')}`
  const directory = join(resolve(options.directory ?? ctx.settings.backupOutputPath), id)
  await makeFolder(directory)
  try {
    const content = await withTransaction(ctx.pool, 'REPEATABLE READ READ ONLY', (client) =>
      exportAll(ctx, client, directory),
    )
    const head = { format: 'knowledge-backbone-backup', formatVersion: 1 } as const
    const body = { ...head, id, createdAt: createdAt.toISOString(), createdBy: ctx.actor, ...content }
    const manifest = await writeManifest(directory, body)
    await syncFolder(directory)
    await syncFolder(dirname(directory))
    return { directory, manifest }
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    throw toDiskError(error, directory)
  }
}

type Exported = Omit<BackupContent, 'format' | 'formatVersion' | 'id' | 'createdAt' | 'createdBy'>

async function exportAll(ctx: BackupContext, client: ClientBase, directory: string): Promise<Exported> {
  await useCanonicalText(client)
  const shapes = (await readTableShapes(client)).filter(({ table }) => !tablesLeftOut.includes(table))
  const graph = await createGraphHash(ctx.pool)(client)
  const expected = await expectedRows(client, shapes)
  const total = Math.max(
    1,
    [...expected.values()].reduce((sum, rows) => sum + rows, 0),
  )
  const tables: BackupTable[] = []
  let done = 0
  for (const shape of shapes) {
    ctx.signal.throwIfAborted()
    const report = (label: string, share: number) =>
      ctx.onProgress({
        label: `${label} ${shape.table}`,
        rows: done,
        share: Math.min(1, (done + share * (expected.get(shape.table) ?? 0)) / total),
      })
    report('Hashing', 0)
    const hash = await hashTableRows({ client, relation: publicRelation(shape.table) }, shape.columns)
    report('Exporting', 0.5)
    const name = `${shape.table}.copy`
    const { rows, ...file } = await exportTable(client, shape, join(directory, name), ctx.signal)
    if (rows !== hash.rows)
      throw new Error(`${shape.table} had ${hash.rows} rows when hashed and ${rows} when exported`)
    const buckets = Object.fromEntries(
      [...hash.buckets].map(([bucket, content]) => [
        bucket,
        [content.rows, content.hash] as [number, string],
      ]),
    )
    tables.push({
      table: shape.table,
      key: [...shape.key],
      columns: [...shape.columns],
      rows,
      hash: hash.hash,
      buckets,
      file: { name, ...file },
    })
    done += expected.get(shape.table) ?? 0
  }
  const { rows } = await client.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  )
  return {
    source: { ...(await readIdentity(client)), serverVersion: rows[0]!.version },
    migrations: await readAppliedMigrations(client),
    tables,
    leftOut: [...tablesLeftOut],
    sequences: (await readSequences(client)).map((position) => ({ ...position })),
    catalog: { ...(await readCatalog(client)) },
    graph,
    contentState: await readContentHash(client),
  }
}

/** For progress only; -1 where a table was never analysed. */
async function expectedRows(client: ClientBase, shapes: readonly TableShape[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ table: string; rows: number }>(
    `SELECT relname AS table, greatest(reltuples, 1)::float8 AS rows FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relname = ANY ($1)`,
    [shapes.map(({ table }) => table)],
  )
  return new Map(rows.map((row) => [row.table, row.rows]))
}

async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
  } catch (error) {
    throw toDiskError(error, directory)
  }
}

/** A new directory entry is durable only after the directory is synced. */
async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const diskErrors = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EIO', 'EFBIG']

function toDiskError(error: unknown, directory: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined || !diskErrors.includes(code)) return error
  return new OperationError(
    'failed',
    'failed',
    `The backup cannot be written to ${directory}: ${message}. Free some space or set BACKUP_OUTPUT_PATH; nothing was kept.`,
    { cause: error },
  )
}
