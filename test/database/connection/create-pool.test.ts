import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import {
  describeUrl,
  directUrl,
  isPooled,
  withVerifiedTls,
} from '../../../src/database/connection/database-url.ts'
import { SettingsError } from '../../../src/errors.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { silentLog } from '../../support/silent-log.ts'

describe('a pool', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  const killOthers = () =>
    database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    )

  test('survives the loss of an idle connection and says so', async () => {
    const warnings: string[] = []
    const pool = createPool(database.url, { log: { ...silentLog, warn: (line) => void warnings.push(line) } })
    await pool.query('SELECT 1')
    await killOthers()
    await expect.poll(() => warnings.join()).toContain('A database connection was lost')
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('survives the loss of a connection that is lent out', async () => {
    const pool = createPool(database.url, { log: silentLog })
    const client = await pool.connect()
    await killOthers()
    await expect(client.query('SELECT 1')).rejects.toThrow()
    client.release(true)
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('ends a statement that takes too long, and names itself to the server', async () => {
    const pool = createPool(database.url, { log: silentLog, statementTimeout: 100 })
    await expect(pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
    const { rows } = await pool.query(`SELECT current_setting('application_name') AS name`)
    expect(rows).toEqual([{ name: `knowledge-backbone ${process.pid}` }])
    await pool.end()
  })
})

describe('addresses', () => {
  const pooled = 'postgresql://u:p@ep-cool-sun-123-pooler.eu-central-1.aws.neon.tech/db?sslmode=require'
  const direct = 'postgresql://u:p@ep-cool-sun-123.eu-central-1.aws.neon.tech/db?sslmode=require'

  test('a Neon pooler is refused for direct work unless a direct address is given', () => {
    expect(() => directUrl({ databaseUrl: pooled, directDatabaseUrl: null })).toThrow(SettingsError)
    expect(() => directUrl({ databaseUrl: pooled, directDatabaseUrl: null })).toThrow(
      /DIRECT_DATABASE_URL is needed/,
    )
    expect(() => directUrl({ databaseUrl: direct, directDatabaseUrl: pooled })).toThrow(
      /DIRECT_DATABASE_URL leads/,
    )
    expect(directUrl({ databaseUrl: pooled, directDatabaseUrl: direct })).toBe(direct)
    expect(directUrl({ databaseUrl: direct, directDatabaseUrl: null })).toBe(direct)
    expect(directUrl({ databaseUrl: null, directDatabaseUrl: null })).toBeNull()
  })

  test('a pooler is known by its host or by pgbouncer=true', () => {
    expect([pooled, direct, 'postgresql://h/db', 'postgresql://h/db?pgbouncer=true'].map(isPooled)).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  test('TLS that is asked for is verified TLS', () => {
    expect(withVerifiedTls(direct)).toContain('sslmode=verify-full')
    for (const url of [
      'postgresql://h/db',
      'postgresql://h/db?sslmode=disable',
      'postgresql://h/db?sslmode=no-verify',
    ]) {
      expect(withVerifiedTls(url)).toBe(url)
    }
  })

  test('a described address holds no password', () => {
    expect(describeUrl(direct)).toBe('db at ep-cool-sun-123.eu-central-1.aws.neon.tech')
    expect(describeUrl('postgresql://postgres@localhost/kb?host=%2Ftmp%2Fs')).toBe('kb at /tmp/s')
  })
})
