import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One schema migration of this build, as Prisma Migrate names and hashes it. */
export interface MigrationFile {
  /** The folder's name, `20261122203459_init`; the order of names is the order of applying. */
  name: string
  sql: string
  /** SHA-256 of the file's bytes, in hex. */
  checksum: string
}

const migrationsFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

let ownFiles: MigrationFile[] | undefined

/**
 * The schema migrations of this build (or of another folder), in their order. Those of this build are read once: where a newer build
 * is put in its place, a process goes on with the code that it has, and must not take the newer files for its own.
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
