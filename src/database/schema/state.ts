import type { ClientBase, Pool, PoolClient } from 'pg'
import { readMigrationFiles, type MigrationFile } from './migration-files.ts'
import { readCompatible } from './compatibility.ts'

/** A database's migration history compared with this build's; names in order. */
export interface SchemaState {
  applied: string[]
  pending: string[]
  failed: string[]
  /** Applied, but the file has changed since. */
  edited: string[]
  /** Applied, but not of this build: the database is newer than the program. */
  unknown: string[]
  /** Unknown migrations that this build is compatible with. */
  compatible: readonly string[]
}

interface LedgerRow {
  migration_name: string
  checksum: string
  finished: boolean
}

/** Compares the database's history (`_prisma_migrations`) with this build's migrations. Writes nothing. */
export async function readSchemaState(
  db: Pool | PoolClient,
  files: MigrationFile[] = readMigrationFiles(),
): Promise<SchemaState> {
  const rows = await readLedger(db)
  const applied = rows.filter((row) => row.finished)
  const checksums = new Map(applied.map((row) => [row.migration_name, row.checksum]))
  const known = new Set(files.map((file) => file.name))
  const unknown = [...checksums.keys()].filter((name) => !known.has(name))
  return {
    applied: files.filter((file) => checksums.has(file.name)).map((file) => file.name),
    pending: files.filter((file) => !checksums.has(file.name)).map((file) => file.name),
    failed: rows.filter((row) => !row.finished).map((row) => row.migration_name),
    edited: files
      .filter((file) => checksums.has(file.name) && checksums.get(file.name) !== file.checksum)
      .map((file) => file.name),
    unknown,
    compatible: await readCompatible(db, unknown, files),
  }
}

export async function readAppliedMigrations(
  db: Pool | ClientBase,
): Promise<{ name: string; checksum: string }[]> {
  const rows = await readLedger(db)
  return rows
    .filter((row) => row.finished)
    .map((row) => ({ name: row.migration_name, checksum: row.checksum }))
}

async function readLedger(db: Pool | ClientBase): Promise<LedgerRow[]> {
  const { rows } = await db.query<{ exists: boolean }>(
    `SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS exists`,
  )
  if (rows[0]?.exists !== true) return []
  const ledger = await db.query<LedgerRow>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM public._prisma_migrations
     WHERE rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`,
  )
  return ledger.rows
}

export function historyProblems(state: SchemaState): string[] {
  const problems: string[] = []
  if (state.unknown.length > 0) {
    problems.push(
      `The database is newer than this program: it has the schema migrations ${state.unknown.join(', ')}, which this ` +
        'build does not know. Use a build that knows them.',
    )
  }
  if (state.failed.length > 0) {
    problems.push(
      `The schema migrations ${state.failed.join(', ')} were begun and not finished. See what they left behind, then ` +
        'mark them with `node scripts/prisma.mjs migrate resolve --rolled-back <name>` (or --applied).',
    )
  }
  if (state.edited.length > 0) {
    problems.push(
      `The files of the schema migrations ${state.edited.join(', ')} were changed after they had been applied here. ` +
        'Restore them from version control; a change of the schema is a new migration.',
    )
  }
  return problems
}
