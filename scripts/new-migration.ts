import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { migrationFolder, migrationNameFault } from '../src/ops/migrations/migration-folder.ts'

/** `npm run migration:new -- <project> <source> <target> <purpose>`: a data migration to begin with; `--into` writes it elsewhere. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { into: { type: 'string', default: migrationFolder } },
})
const [project, source, target, ...purpose] = positionals
const usage = 'npm run migration:new -- <project-number> <source> <target> <short-purpose>'
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
const name = [day, project, source, 'to', target, ...purpose].join('_').replace(/-(?=[^_]*$)/g, '_')
const fault = purpose.length === 0 ? 'Four words are needed' : migrationNameFault(name)
const root = join(import.meta.dirname, '..')
const file = join(values.into, `${name}.mjs`)
const testFile = join(root, 'test', 'migrations', `${name}.test.ts`)

if (fault !== null) {
  process.stderr.write(`${fault}. ${usage}\n`)
  process.exitCode = 2
} else if (existsSync(file)) {
  process.stderr.write(`${relative(root, file)} is there already; nothing was written.\n`)
  process.exitCode = 3
} else {
  writeFileSync(file, skeleton(), { flag: 'wx' })
  process.stdout.write(
    `Wrote ${relative(root, file)}.\n` +
      `Its test belongs to ${relative(root, testFile)}; docs/adding/data-migration.md shows one.\n` +
      `Try it with: npx kb migrate ${name}\n`,
  )
}

function skeleton(): string {
  return `/**
 * Once this has been applied anywhere but on your own machine it is frozen: its checksum is in the ledger, and a file that
 * differs is refused. A correction is a new migration. It imports nothing; \`ctx\` has all it needs.
 *
 * @type {import('../../src/ops/migrations/data-migration.ts').DataMigration}
 */
export default {
  description: 'What it does, and why, in a sentence.',
  // Tables of the database that it reads and does not write: what they hold is part of the plan.
  reads: [],
  // Every table it writes. Rows are counted there, and nowhere else.
  writes: ['kb_entities'],
  // Whether another migration could take back what it did. If not, the way back is the backup that is taken before.
  reversible: false,
  // Names of migrations that must have been applied before.
  requires: [],
  // Each: { description, values?, default? }; given with --param key=value.
  parameters: {},

  // What comes from outside the database, record by record; leave it out if nothing does. It is read once, hashed, and kept in
  // pg_temp.source (ord, record json, hash) for \`up\`.
  // async *source({ openStore, parameters, signal, progress }) {},

  // All are evaluated, and all that do not hold are listed.
  preconditions: [
    {
      name: 'there are rows to change',
      async check({ sql }) {
        const { rows } = await sql('SELECT count(*)::int AS count FROM kb_entities')
        return { holds: rows[0].count > 0, detail: \`\${rows[0].count} entities\` }
      },
    },
  ],

  // The same twice over the same rows: no clock but SQL's now(), no chance. Set by set, or in batches with \`copy\` and
  // \`stage\`: a million rows must not pass through this process one by one.
  async up({ sql, progress }) {
    const { rowCount } = await sql('UPDATE kb_entities SET weight = 1 WHERE weight IS NULL')
    progress({ label: 'Entities', rows: rowCount, share: 1 })
  },
}
`
}
