import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { withDatabaseName } from './database-name.ts'
import { silentLog } from './silent-log.ts'

/** A database of its own for a test file, with the whole schema and no rows. */
export interface TestDatabase {
  url: string
  pool: pg.Pool
  /** Closes the pool and drops the database, whoever is still connected to it. */
  drop(): Promise<void>
}

/**
 * Makes a database from the migrated template of this run.
 *
 * @example
 * const database = await createTestDatabase()
 * afterAll(() => database.drop())
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseFrom(inject('testServer').template)
}

/**
 * Makes a database with nothing in it, for tests of migrations themselves.
 *
 * @param locale options of CREATE DATABASE
 */
export async function createEmptyDatabase(locale = '', encoding = 'UTF8'): Promise<TestDatabase> {
  return createDatabaseFrom('template0', `ENCODING '${encoding}' ${locale}`)
}

async function createDatabaseFrom(template: string, options = 'STRATEGY file_copy'): Promise<TestDatabase> {
  const { adminUrl, template: prefix } = inject('testServer')
  const name = `${prefix}_${randomBytes(6).toString('hex')}`
  await query(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template} ${options}`)
  const url = withDatabaseName(adminUrl, name)
  const pool = createPool(url, { log: silentLog })
  const drop = async () => {
    if (!pool.ended) await pool.end()
    await query(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
  return { url, pool, drop }
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
