// Runs Prisma's CLI with what it needs on a machine that reaches only npm: our stand-in for its native schema engine
// and, for commands that work on a database when no URL is set, the embedded one.
//   node scripts/prisma.mjs migrate dev --name add-colour
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requireEngine } from './prisma/require-engine.mjs'

const args = process.argv.slice(2)
const environment = {
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1', // no call home
  ...process.env,
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
}

const givenEngine = environment.PRISMA_SCHEMA_ENGINE_BINARY
// Windows cannot start a script as a program; Prisma downloads its own engine there.
if (!givenEngine && process.platform !== 'win32') {
  environment.PRISMA_SCHEMA_ENGINE_BINARY = fileURLToPath(
    new URL('./schema-engine-wasm.mjs', import.meta.url),
  )
}

let embedded
try {
  if (givenEngine) requireEngine(givenEngine)
  const isSet = ['DIRECT_DATABASE_URL', 'DATABASE_URL', 'POSTGRES_URL'].some((name) => environment[name])
  if (['migrate', 'db'].includes(args[0]) && !isSet) {
    const { startEmbeddedDatabase } = await import('../src/database/embedded/database.ts')
    const log = { info: () => {}, warn: (message) => console.error(message) }
    embedded = await startEmbeddedDatabase({ dataDir: environment.KB_DATA_DIR || '.data', log })
    environment.DIRECT_DATABASE_URL = embedded.url
  }
  if (args[0] === 'migrate' && args[1] === 'dev') await refuseEdited()
  process.exitCode = await runPrisma()
  if (args[0] === 'migrate' && args[1] === 'dev' && process.exitCode === 0)
    await import('./generate-client.mjs')
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  await embedded?.stop()
}

/** Prisma offers to empty a database whose applied migrations were edited, and one word loses every row. */
async function refuseEdited() {
  const { default: pg } = await import('pg')
  const { withVerifiedTls } = await import('../src/database/connection/database-url.ts')
  const { readSchemaState } = await import('../src/database/schema/state.ts')
  const { DIRECT_DATABASE_URL, DATABASE_URL, POSTGRES_URL } = environment
  const url = withVerifiedTls(DIRECT_DATABASE_URL || DATABASE_URL || POSTGRES_URL)
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5000 })
  try {
    const { edited } = await readSchemaState(pool).catch(() => ({ edited: [] })) // Prisma says better what is wrong.
    if (edited.length > 0)
      throw new Error(
        `${edited.join(', ')}: the file was edited after it had been applied to this database, and Prisma would empty the database. ` +
          'Restore it from version control and write a new migration, or begin with a new database (the embedded one: remove the folder .data).',
      )
  } finally {
    await pool.end()
  }
}

function runPrisma() {
  let cli
  try {
    cli = join(dirname(createRequire(import.meta.url).resolve('prisma/package.json')), 'build/index.js')
  } catch {
    throw new Error('The Prisma CLI is not installed; it comes with the development dependencies (npm ci).')
  }
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit', env: environment })
  // A Ctrl-C reaches the child as well; this process stays to stop the database after it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
