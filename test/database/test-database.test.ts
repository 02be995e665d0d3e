import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let first: TestDatabase
let second: TestDatabase
beforeAll(async () => {
  ;[first, second] = await Promise.all([createTestDatabase(), createTestDatabase()])
})
afterAll(() => Promise.all([first.drop(), second.drop()]))

test('two test databases share nothing', async () => {
  await first.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('country', 'Country')`)
  expect((await first.pool.query('SELECT key FROM kb_kinds')).rows).toEqual([{ key: 'country' }])
  expect((await second.pool.query('SELECT key FROM kb_kinds')).rows).toEqual([])
})

test('a test database is UTF8 and has the whole history', async () => {
  const { rows } = await first.pool.query<{ encoding: string; applied: number }>(
    `SELECT current_setting('server_encoding') AS encoding,
       (SELECT count(*)::int FROM _prisma_migrations WHERE finished_at IS NOT NULL) AS applied`,
  )
  expect(rows[0]?.encoding).toBe('UTF8')
  expect(rows[0]?.applied).toBeGreaterThan(0)
})
