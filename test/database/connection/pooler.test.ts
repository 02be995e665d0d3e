import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { poolerAdvice } from '../../../src/database/connection/pooler.ts'
import { createAttemptLimit } from '../../../src/database/access/sign-in-attempts.ts'
import { describeFailure } from '../../../src/http/describe-failure.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { silentLog } from '../../support/silent-log.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test.for([
  [true, 0],
  [false, 3],
] as const)(
  'through a pooler (%s) %i statements are named, by us or by a library',
  async ([isPooler, count]) => {
    const url = new URL(database.url)
    if (isPooler) url.searchParams.set('pgbouncer', 'true')
    const pool = createPool(url.href, { log: silentLog, max: 1 })
    try {
      const { rows } = await pool.query<{ n: number }>({
        name: 'ours',
        text: 'SELECT $1::int AS n',
        values: [7],
      })
      expect(rows).toEqual([{ n: 7 }])
      const limit = createAttemptLimit(pool, 5, 60)
      expect(await limit.spend('somebody')).toBe(0)
      await limit.forgive('somebody')
      expect((await pool.query('SELECT FROM pg_prepared_statements')).rowCount).toBe(count)
    } finally {
      await pool.end()
    }
  },
)

test('errors caused by a pooler name the settings that help', async () => {
  const lost: unknown = await database.pool.query('EXECUTE kb_nothing').catch((error: unknown) => error)
  await database.pool.query('SELECT 1')
  const refused = Object.assign(new Error('unsupported startup parameter: statement_timeout'), {
    severity: 'FATAL',
    code: '08P01',
  })
  for (const error of [lost, refused]) {
    expect(poolerAdvice(error)).toMatch(/pooler.*`pgbouncer=true`.*DIRECT_DATABASE_URL/s)
    expect(describeFailure(error, 'an id')).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('pgbouncer=true') as string,
    })
  }
  expect(poolerAdvice(new Error('relation "x" does not exist'))).toBeNull()
})
