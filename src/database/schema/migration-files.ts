import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface MigrationFile {
  /** The folder's name, `20261122203459_init`; names sort in order of application. */
  name: string
  sql: string
  checksum: string
}

const migrationsFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

let ownFiles: MigrationFile[] | undefined

/**
 * This build's schema migrations (or another folder's), in order. This build's are read once: after an
 * upgrade in place, a running process must not take the newer files for its own.
 */
export function readMigrationFiles(folder?: string): MigrationFile[] {
  return folder === undefined ? (ownFiles ??= readFiles(migrationsFolder)) : readFiles(folder)
}

function readFiles(folder: string): MigrationFile[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(folder, name, 'migration.sql'))
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') }
    })
}
