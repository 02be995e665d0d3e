import { randomBytes } from 'node:crypto'
import pg, { type Pool } from 'pg'
import { createPool } from './create-pool.ts'
import type { DatabaseLog } from './database-log.ts'

/** The role may not create databases. The message says what to do. */
export class NoScratchDatabaseError extends Error {
  override readonly name = 'NoScratchDatabaseError'
}

const prefix = 'kb_scratch_'

/**
 * Creates an empty database on a pool's server and drops it when the work ends. Also drops leftovers of
 * killed processes: scratch databases whose name lock nobody holds.
 * @throws NoScratchDatabaseError if the role may not create databases
 * @example await withScratchDatabase(pool, { log }, (scratch) => applySchemaMigrations(scratch))
 */
export async function withScratchDatabase<Result>(
  pool: Pool,
  { log }: { readonly log: DatabaseLog },
  work: (scratch: Pool, name: string) => Promise<Result>,
): Promise<Result> {
  // A dedicated connection: session locks must not return to the pool.
  const keeper = new pg.Client(pool.options)
  keeper.on('error', () => {})
  await keeper.connect()
  await keeper.query('SET statement_timeout = 0')
  const name = `${prefix}${await readDatabaseId(keeper)}_${Date.now().toString(36)}_${randomBytes(3).toString('hex')}`
  try {
    await requireRight(keeper)
    await lockName(keeper, name)
    await dropLeftovers(keeper, name, log)
    await keeper.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
    const scratch = createPool(addressOf(pool, name), { log, statementTimeout: 0, max: 4 })
    try {
      return await work(scratch, name)
    } finally {
      await scratch.end()
    }
  } finally {
    await drop(keeper, name, log)
    await keeper.end().catch(() => {})
  }
}

function addressOf(pool: Pool, name: string): string {
  const url = new URL(pool.options.connectionString ?? '')
  url.pathname = `/${name}`
  return url.href
}

async function readDatabaseId(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT oid::text AS id FROM pg_database WHERE datname = current_database()',
  )
  return rows[0]!.id
}

async function requireRight(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ role: string; allowed: boolean }>(
    `SELECT rolname::text AS role, rolcreatedb OR rolsuper AS allowed FROM pg_roles WHERE rolname = current_user`,
  )
  const [right] = rows
  if (right?.allowed === true) return
  throw new NoScratchDatabaseError(
    `The role ${right?.role ?? ''} may not create databases, and a restore is tried out in one of its own. ` +
      `Let it (ALTER ROLE ${pg.escapeIdentifier(right?.role ?? '')} CREATEDB), or name a server with --target where it may.`,
  )
}

/** The lock lives in the keeper's database, so everyone who creates scratch databases there sees it. */
async function lockName(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [name],
  )
  return rows[0]?.locked === true
}

async function dropLeftovers(client: pg.Client, own: string, log: DatabaseLog): Promise<void> {
  const siblings = own.slice(0, own.indexOf('_', prefix.length) + 1)
  const { rows } = await client.query<{ name: string }>(
    'SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)',
    [siblings],
  )
  for (const { name } of rows) {
    if (!(await lockName(client, name))) continue
    log.info(`Dropping the scratch database ${name}, which a run that was killed left behind.`)
    await drop(client, name, log)
  }
}

async function drop(client: pg.Client, name: string, log: DatabaseLog): Promise<void> {
  await client
    .query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
    .catch((error: Error) => {
      log.warn(
        `The scratch database ${name} could not be dropped (${error.message}); the next drill drops it.`,
      )
    })
}
