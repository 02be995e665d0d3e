import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createAdapterFactory } from '../../scripts/prisma/adapter-factory.mjs'

const engine = fileURLToPath(new URL('../../scripts/schema-engine-wasm.mjs', import.meta.url))

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

describe('the driver adapter', () => {
  interface Factory {
    connect(): Promise<{ value: SqlDriverAdapter }>
    connectToShadowDb(): Promise<{ value: SqlDriverAdapter }>
  }
  const open = () => createAdapterFactory(database.url, undefined, () => {}) as unknown as Factory
  const ask = async (adapter: SqlDriverAdapter, sql: string) => {
    const answer = (await adapter.queryRaw({ sql, args: [], argTypes: [] })) as unknown as {
      value: { columnTypes: number[]; rows: unknown[][] }
    }
    return answer.value
  }

  test('makes a shadow database of its own, never the main one, and drops it', async () => {
    const { value: shadow } = await open().connectToShadowDb()
    const name = (await ask(shadow, 'SELECT current_database()::text')).rows[0]?.[0]
    expect(name).toMatch(/^prisma_migrate_shadow_db_/)
    expect(
      (await ask(shadow, `SELECT count(*)::int FROM pg_tables WHERE tablename LIKE 'kb%'`)).rows,
    ).toEqual([[0]])
    await shadow.dispose()
    expect((await database.pool.query('SELECT FROM pg_database WHERE datname = $1', [name])).rowCount).toBe(0)
  })

  test('gives the catalog type "char" as a character, an empty one as NUL', async () => {
    const { value: adapter } = await open().connect()
    const { columnTypes, rows } = await ask(
      adapter,
      `SELECT 'x'::"char" AS a, ''::"char" AS b, 'x'::text AS c`,
    )
    expect(rows).toEqual([['x', '\0', 'x']])
    expect(columnTypes[0]).toBe(columnTypes[1])
    expect(columnTypes[0]).not.toBe(columnTypes[2])
    await adapter.dispose()
  })

  test('sends a script whole, and nothing of one that fails stays', async () => {
    const { value: adapter } = await open().connect()
    await adapter.executeScript(`DO $$ BEGIN PERFORM 1; PERFORM 2; END $$; CREATE TABLE whole (id int);`)
    const failed = (await adapter.executeScript(`CREATE TABLE half (id int); SELECT 1 / 0;`)) as unknown as {
      ok: boolean
    }
    expect(failed.ok).toBe(false)
    const { rows } = await database.pool.query(
      `SELECT to_regclass('whole')::text AS whole, to_regclass('half') AS half`,
    )
    expect(rows).toEqual([{ whole: 'whole', half: null }])
    await adapter.dispose()
  })
})

describe('the engine process', () => {
  /** Feeds the engine lines as the CLI does, closes its input, and waits for its end. */
  async function converse(args: string[], ...lines: string[]) {
    const child = spawn(process.execPath, [engine, ...args], { stdio: 'pipe' })
    child.stdin.end(lines.map((line) => `${line}\n`).join(''))
    const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    const answers = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    return { code: child.exitCode, answers, complaint }
  }
  const source = (url: string) => ['--datasource', JSON.stringify({ url })]
  const request = (method: string) => JSON.stringify({ jsonrpc: '2.0', id: 7, method, params: {} })

  test('answers a method it does not know as an error', async () => {
    const { answers } = await converse(source(database.url), request('sing'))
    expect(answers).toMatchObject([{ id: 7, error: { data: { message: expect.stringContaining('sing') } } }])
  })

  test('answers with the failure of the database', async () => {
    const { answers } = await converse(
      source('postgresql://u:p@127.0.0.1:9/x'),
      request('getDatabaseVersion'),
    )
    expect(answers).toMatchObject([
      { id: 7, error: { data: { message: expect.stringContaining('127.0.0.1:9') } } },
    ])
  })

  test('that crashes with a question open answers it, and exits non-zero', async () => {
    const { code, answers } = await converse(
      source(database.url),
      request('getDatabaseVersion'),
      '{ not JSON',
    )
    expect(code).not.toBe(0)
    expect(answers).toMatchObject([
      { id: 7, error: { data: { message: expect.stringContaining('crashed') } } },
    ])
  })

  test('tells whether a database can be connected to, by exit code and Prisma’s codes', async () => {
    expect(await converse([...source(database.url), 'cli', 'can-connect-to-database'])).toMatchObject({
      code: 0,
    })
    const absent = new URL(database.url)
    absent.pathname = '/kb_absent'
    const { code, complaint } = await converse([...source(absent.href), 'cli', 'can-connect-to-database'])
    expect(code).toBe(1)
    expect(JSON.parse(complaint.split('\n')[1] ?? '')).toMatchObject({ fields: { error_code: 'P1003' } })
  })
})
