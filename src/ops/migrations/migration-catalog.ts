import { nearestName } from '../../domain/text/nearest-name.ts'
import { SettingsError } from '../../errors.ts'
import type { KnownMigration } from './verify-ledger.ts'
import { defineFileMigration } from './file-migration.ts'
import { kbBackfill } from './kb-backfill.ts'
import { describeSchemaMigration } from './kb-schema.ts'
import { migrationFolder, readMigrationSources, type MigrationSource } from './migration-folder.ts'
import type { MigrationDefinition } from './migration-definition.ts'

export interface MigrationCatalog {
  /** In listing order: the schema, the files by name, the backfill. */
  readonly known: readonly KnownMigration[]
  readonly sources: readonly MigrationSource[]
}

/** Short names of files, as the npm scripts use them. */
const aliases: Readonly<Record<string, string>> = {
  'blob-to-neon': '20260211_1002_blob_to_neon_admin_state',
}

export function readMigrationCatalog(folder: string = migrationFolder): MigrationCatalog {
  const sources = readMigrationSources(folder)
  const files = sources.map(({ name, checksum }) => ({ name, checksum, isRepeatable: false }))
  return { sources, known: [describeSchemaMigration(), ...files, kbBackfill] }
}

/** The full name of a migration; a SettingsError suggests the closest match. */
export function resolveMigrationName(catalog: MigrationCatalog, given: string): string {
  const name = aliases[given] ?? given
  const names = catalog.known.map((known) => known.name)
  if (names.includes(name)) return name
  const meant = nearestName(given, [...names, ...Object.keys(aliases)])
  const hint = meant === null ? '' : ` Did you mean \`${meant}\`?`
  throw new SettingsError([`Unknown migration \`${given}\`.${hint} \`kb migrate list\` lists them all.`])
}

export async function loadDefinition(catalog: MigrationCatalog, name: string): Promise<MigrationDefinition> {
  if (name === kbBackfill.name) return kbBackfill
  const source = catalog.sources.find((each) => each.name === name)
  if (source === undefined) throw new Error(`${name} is the migration of the schema, which moves no rows.`)
  return defineFileMigration(source)
}
