import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { readGraphState } from '../../../src/readers/snapshot/keeper/read-graph.ts'
import { createEmptyDatabase, type TestDatabase } from '../../support/database.ts'
import { runKbHere } from '../../support/run-kb.ts'
import { silentLog } from '../../support/silent-log.ts'

let dataDir: string
let database: TestDatabase
beforeAll(async () => void (dataDir = await mkdtemp(join(tmpdir(), 'kb-session-'))))
afterAll(() => rm(dataDir, { recursive: true, force: true }))
afterEach(() => database.drop())

const kb = (args: string, url = database.url) =>
  runKbHere(args.split(' '), { DATABASE_URL: url, KB_DATA_DIR: dataDir, ADMIN_PASSWORD: 'only for tests' })
const withPooler = (url: string) => `${url}${url.includes('?') ? '&' : '?'}pgbouncer=true`
const nameOf = (url: string) => new URL(url).pathname.slice(1)

/** New sessions of the database begin with these settings; so they do where a role has them. */
async function beginWith(settings: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(settings))
    await database.pool.query(`ALTER DATABASE ${nameOf(database.url)} SET ${name} = ${value}`)
}

async function tablesBySchema() {
  const { rows } = await database.pool.query<{ schema: string; tables: number }>(
    `SELECT schemaname AS schema, count(*)::int AS tables FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema') GROUP BY 1 ORDER BY 1`,
  )
  return Object.fromEntries(rows.map(({ schema, tables }) => [schema, tables]))
}

const odd = {
  search_path: 'app, public',
  DateStyle: `'German, DMY'`,
  IntervalStyle: 'iso_8601',
  TimeZone: `'Pacific/Chatham'`,
  extra_float_digits: '-5',
  bytea_output: 'escape',
  array_nulls: 'off',
  transform_null_equals: 'on',
  standard_conforming_strings: 'off',
}

describe('a role or database with settings of its own', () => {
  test('is used as any other: the schema goes to public, twice equals once, and values are read rightly', async () => {
    database = await createEmptyDatabase()
    await database.pool.query('CREATE SCHEMA app')
    await beginWith(odd)
    expect(await kb('db deploy')).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(await tablesBySchema())).toEqual(['public'])
    expect(await kb('db deploy')).toMatchObject({ code: 0, stderr: '' })
    expect(await kb('counts')).toMatchObject({ code: 0, stderr: '' })
    const pool = createPool(database.url, { log: silentLog })
    const { changedAt } = await readGraphState(pool)
    expect(new Date(changedAt).getTime()).toBeGreaterThan(Date.now() - 600_000)
    const { rows } = await pool.query<Record<string, unknown>>(
      `SELECT now() AS now, 0.1::float8 + 0.2::float8 AS float, '\\x00ff'::bytea AS bytes, '{NULL}'::text[] AS list, 'a\\b' AS text`,
    )
    expect(rows).toEqual([
      {
        now: expect.any(Date) as Date,
        float: 0.1 + 0.2,
        bytes: Buffer.from([0, 255]),
        list: [null],
        text: 'a\\b',
      },
    ])
    await pool.end()
  })

  test('is refused through a pooler, which lets nothing be set, with the statements that mend it', async () => {
    database = await createEmptyDatabase()
    await beginWith({ DateStyle: odd.DateStyle, bytea_output: odd.bytea_output })
    const pooled = createPool(withPooler(database.url), { log: silentLog })
    const failure = await pooled.query('SELECT 1').then(
      () => '',
      (error: Error) => error.message,
    )
    expect(failure).toContain('a value of DateStyle, bytea_output that this program cannot use')
    const remedy = /(ALTER ROLE .*)$/.exec(failure)![1]!
    await database.pool.query(remedy)
    expect((await pooled.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await database.pool.query(`ALTER ROLE current_user IN DATABASE ${nameOf(database.url)} RESET ALL`)
    await pooled.end()
  })

  test('that leaves triggers out is refused, since the history would not be written', async () => {
    database = await createEmptyDatabase()
    await beginWith({ session_replication_role: 'replica' })
    const refused = await kb('db deploy')
    expect(refused.stderr).toMatch(/^In the database .* session_replication_role .*ALTER ROLE[^\n]*\n$/)
    expect(await tablesBySchema()).toEqual({})
  })
})

test.each(['SQL_ASCII', 'LATIN1'])(
  'a database in %s is refused by every command in one line that says what to do, and nothing is written',
  async (encoding) => {
    database = await createEmptyDatabase(`LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'`, encoding)
    for (const command of ['db deploy', 'migrate kb-schema', 'counts', 'person list', 'serve']) {
      const { code, stderr } = await kb(command)
      expect(stderr).toMatch(
        new RegExp(`^The database .* with the encoding ${encoding}; .* CREATE DATABASE [^\\n]*\\n$`),
      )
      expect(code).toBe(3)
    }
    const raw = new pg.Client({ connectionString: database.url })
    await raw.connect()
    expect((await raw.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).rowCount).toBe(0)
    await raw.end()
  },
)
