import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256Hex } from '../../domain/hash.ts'
import { OperationError } from '../run/error.ts'
import type { DataMigration } from './data-migration.ts'

/** A migration file; the folder is the list. */
export interface MigrationSource {
  readonly name: string
  readonly checksum: string
  readonly text: string
}

export const migrationFolder = fileURLToPath(new URL('../../../scripts/migrations', import.meta.url))

const namePattern =
  /^(\d{4})(\d{2})(\d{2})_\d+_[a-z0-9]+(?:[_-][a-z0-9]+)*_to_[a-z0-9]+(?:-[a-z0-9]+)*(?:_[a-z0-9]+)+$/

/** What is wrong with a migration's name, or null. */
export function migrationNameFault(name: string): string | null {
  const match = namePattern.exec(name)
  if (match === null) {
    return `\`${name}\` is not named YYYYMMDD_<project-number>_<source>_to_<target>_<short-purpose>, in lower case`
  }
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  const date = new Date(Date.UTC(year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? null
    : `\`${name}\` begins with an invalid date`
}

/** This build's data migrations by name; runs nothing. */
export function readMigrationSources(folder: string = migrationFolder): MigrationSource[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.mjs'))
  const sources = files.sort().map((file) => {
    const bytes = readFileSync(join(folder, file))
    return { name: file.slice(0, -'.mjs'.length), checksum: sha256Hex(bytes), text: bytes.toString('utf8') }
  })
  const faults = sources.map(({ name }) => migrationNameFault(name)).filter((fault) => fault !== null)
  if (faults.length > 0) throw invalid(`In the folder of migrations, ${faults.join('; ')}. Rename it.`)
  return sources
}

/** Imports exactly the bytes that were hashed and returns the exported migration, or refuses it. */
export async function loadMigration({ name, text }: MigrationSource): Promise<DataMigration> {
  if (/^\s*(import\b|export\s[^'"]*\bfrom\b)|\bimport\s*\(/m.test(withoutComments(text))) {
    throw invalid(
      `The migration ${name} has imports, which are not allowed: \`up\` receives everything it needs.`,
    )
  }
  let loaded: { default?: unknown }
  try {
    loaded = (await import(
      `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
    )) as typeof loaded
  } catch (error) {
    throw invalid(
      `The migration ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
  const faults = shapeFaults(loaded.default)
  if (faults.length > 0) throw invalid(`The migration ${name} is invalid: ${faults.join('; ')}.`)
  return loaded.default as DataMigration
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function shapeFaults(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return ['its default export is not an object']
  const given = value as Record<string, unknown>
  const isNames = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string')
  const checks: [boolean, string][] = [
    [
      typeof given['description'] === 'string' && given['description'] !== '',
      '`description` is not a string',
    ],
    [isNames(given['reads']), '`reads` is not a list of tables'],
    [
      isNames(given['writes']) && (given['writes'] as []).length > 0,
      '`writes` is empty or not a list of tables',
    ],
    [given['requires'] === undefined || isNames(given['requires']), '`requires` is not a list of migrations'],
    [typeof given['up'] === 'function', '`up` is not a function'],
    [given['source'] === undefined || typeof given['source'] === 'function', '`source` is not a function'],
    [Array.isArray(given['preconditions']), '`preconditions` is not a list'],
  ]
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault)
}

function invalid(message: string): OperationError {
  return new OperationError('refused', 'invalid', message)
}
