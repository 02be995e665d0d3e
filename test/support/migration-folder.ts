import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of data migrations for a test, which writes and edits them. */
export interface MigrationFolder {
  readonly path: string
  /** @param members of the exported object, as source text; what is left out does nothing */
  write(name: string, members?: Readonly<Record<string, string>>): void
  writeText(name: string, text: string): void
  delete(name: string): void
  remove(): void
}

const defaults: Readonly<Record<string, string>> = {
  description: "'A migration of a test.'",
  reads: '[]',
  writes: "['kb_domains']",
  preconditions: '[]',
}

export function createMigrationFolder(): MigrationFolder {
  const path = mkdtempSync(join(tmpdir(), 'kb-migrations-'))
  const fileOf = (name: string) => join(path, `${name}.mjs`)
  return {
    path,
    write(name, members = {}) {
      const body = Object.entries({ ...defaults, up: 'async () => {}', ...members })
      writeFileSync(
        fileOf(name),
        `export default {\n${body.map(([key, text]) => `${key}: ${text},\n`).join('')}}\n`,
      )
    },
    writeText: (name, text) => writeFileSync(fileOf(name), text),
    delete: (name) => rmSync(fileOf(name)),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
