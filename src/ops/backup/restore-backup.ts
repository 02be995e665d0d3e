import { join } from 'node:path'
import type { Pool } from 'pg'
import { writableColumns } from '../../database/tables/export-table.ts'
import { readMigrationFiles } from '../../database/schema/migration-files.ts'
import { restoreTables } from '../../database/tables/restore-tables.ts'
import { useCanonicalText } from '../../database/tables/row-text.ts'
import { setSequence } from '../../database/tables/sequence-positions.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import type { ClientBase } from 'pg'
import { schemaVersionOf, type BackupManifest, type BackupTable } from './manifest.ts'
import type { Backup } from './create.ts'
import { OperationError } from '../run/error.ts'
import type { Progress } from '../run/progress.ts'

export interface RestoreOptions {
  readonly tables?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: Progress | undefined
}

/**
 * Loads a backup into a database with this build's schema, in one transaction. Existing rows are replaced.
 */
export async function restoreBackup(pool: Pool, backup: Backup, options: RestoreOptions = {}): Promise<void> {
  requireSameSchema(backup.manifest)
  await withTransaction(pool, 'READ COMMITTED', (client) => loadBackup(client, backup, options))
}

export async function loadBackup(
  client: ClientBase,
  { directory, manifest }: Backup,
  { tables: chosen, signal, onProgress }: RestoreOptions = {},
): Promise<void> {
  await useCanonicalText(client)
  const tables = manifest.tables.filter(({ table }) => chosen?.includes(table) ?? true)
  const total = Math.max(
    1,
    tables.reduce((sum, { file }) => sum + file.byteSize, 0),
  )
  let done = 0
  const byName = new Map(tables.map((each) => [each.table, each]))
  const rows = await restoreTables(
    client,
    tables.map((each) => ({
      table: each.table,
      columns: writableColumns(each),
      path: join(directory, each.file.name),
    })),
    {
      signal,
      onTable: (table) => {
        onProgress?.({
          label: `Restoring ${table}`,
          rows: byName.get(table)?.rows ?? 0,
          share: (0.8 * done) / total,
        })
        done += byName.get(table)?.file.byteSize ?? 0
      },
    },
  )
  refuseOtherCounts(tables, rows)
  for (const position of manifest.sequences) {
    if (position.column === null || byName.has(position.column.table)) await setSequence(client, position)
  }
}

function refuseOtherCounts(tables: readonly BackupTable[], rows: ReadonlyMap<string, number>): void {
  const wrong = tables.filter(({ table, rows: expected }) => rows.get(table) !== expected)
  if (wrong.length === 0) return
  const each = wrong.map(
    ({ table, rows: expected, file }) => `${file.name} has ${rows.get(table)} rows, not ${expected}`,
  )
  throw new OperationError(
    'failed',
    'failed',
    `The backup is damaged: ${each.join('; ')}. It was rolled back.`,
  )
}

export function requireSameSchema(manifest: BackupManifest): void {
  const own = readMigrationFiles().map(({ name, checksum }) => ({ name, checksum }))
  const [mine, theirs] = [schemaVersionOf({ migrations: own }), schemaVersionOf(manifest)]
  if (mine === theirs) return
  throw new OperationError(
    'refused',
    'precondition-failed',
    `The backup ${manifest.id} has the schema ${theirs}, and this build ${mine}. Restore it with the build that ` +
      'made it, then apply the schema migrations. Nothing was written.',
  )
}
