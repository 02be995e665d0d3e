import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { insertApiToken, listApiTokens } from '../../../src/database/access/api-tokens.ts'
import { insertPerson, listPeople, updatePerson } from '../../../src/database/access/people.ts'
import { rows } from '../../../src/database/access/rows.ts'
import {
  isConnectionLoss,
  isReadTimeout,
  sqlStateOf,
} from '../../../src/database/connection/connection-loss.ts'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { isDatabaseUnavailable } from '../../../src/database/connection/database-unavailable.ts'
import { withRetriedTransaction, withTransaction } from '../../../src/database/connection/transaction.ts'
import { writeRefusalOf } from '../../../src/database/connection/write-refusal.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { silentLog } from '../../support/silent-log.ts'
import { startTcpProxy } from '../../support/tcp-proxy.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => database.pool.query('DELETE FROM admin_people'))

const person = (name: string) => ({ name, role: 'EDITOR', passwordHash: 'x', createdBy: 'test' }) as const
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )
const add = (pool: pg.Pool, name: string) =>
  withTransaction(pool, 'READ COMMITTED', (client) => insertPerson(client, person(name)))

describe('rows', () => {
  test('that Prisma writes and rows that pg writes in one transaction are there together, or not at all', async () => {
    const work = (fails: boolean) =>
      withTransaction(database.pool, 'READ COMMITTED', async (client) => {
        await client.query(
          `INSERT INTO admin_people (name, role, password_hash, created_by) VALUES ('ada', 'EDITOR', 'x', 'test')`,
        )
        expect(await insertPerson(client, person('bob'))).toMatchObject({ name: 'bob', disabledAt: null })
        expect(await listPeople(client)).toHaveLength(2)
        expect(await listPeople(database.pool)).toHaveLength(0)
        if (fails) throw new Error('given up')
      })
    await expect(work(true)).rejects.toThrow('given up')
    expect(await listPeople(database.pool)).toEqual([])
    await work(false)
    expect((await listPeople(database.pool)).map(({ name }) => name)).toEqual(['ada', 'bob'])
  })

  test('of several transactions at once are each of their own', async () => {
    const counts = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        withTransaction(database.pool, 'READ COMMITTED', async (client) => {
          await insertPerson(client, person(name))
          const found = await Promise.all([
            rows(client, (prisma) => prisma.person.findUnique({ where: { name } })),
            rows(client, (prisma) => prisma.person.count()),
          ])
          return [found[0]?.name, found[1]]
        }),
      ),
    )
    expect(counts.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd'])
    expect(await listPeople(database.pool)).toHaveLength(4)
  })

  test('never show what somebody signs in with', async () => {
    await add(database.pool, 'ada')
    const token = { name: 'ci', prefix: 'kb_1', role: 'EDITOR', createdBy: 'test', seconds: 60 } as const
    await withTransaction(database.pool, 'READ COMMITTED', (client) =>
      insertApiToken(client, { ...token, tokenHash: 'e'.repeat(64) }),
    )
    const shown = [...(await listPeople(database.pool)), ...(await listApiTokens(database.pool))]
    expect(JSON.stringify(shown)).not.toMatch(/hash|eeee/i)
  })

  test('of somebody who is disabled twice are disabled since the first time', async () => {
    await add(database.pool, 'ada')
    const disable = () =>
      withTransaction(database.pool, 'READ COMMITTED', (client) =>
        updatePerson(client, 'ada', { isDisabled: true }),
      )
    const first = await disable()
    expect(first?.disabledAt).toBeInstanceOf(Date)
    expect(await disable()).toEqual(first)
  })

  test('name no statement, so that any pooler may hand the connection on', async () => {
    await listPeople(database.pool)
    const named = await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      await insertPerson(client, person('ada'))
      return client.query('SELECT FROM pg_prepared_statements')
    })
    expect(named.rowCount).toBe(0)
  })
})

describe('a refusal comes as pg gives it', () => {
  test.each([
    ['of a database that is read-only', 'SET default_transaction_read_only = on', '25006', 'read-only'],
    ['of a role that may not write', 'SET ROLE pg_read_all_data', '42501', 'right-missing'],
  ])('%s', async (_, setting, state, kind) => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      await client.query(setting)
      const error = await failureOf(insertPerson(client, person('ada')))
      expect(error).toBeInstanceOf(pg.DatabaseError)
      expect(sqlStateOf(error)).toBe(state)
      expect(writeRefusalOf(error)?.kind).toBe(kind)
    } finally {
      await client.end()
    }
  })

  test('of a constraint, with its SQLSTATE', async () => {
    const error = await failureOf(add(database.pool, 'admin'))
    expect(sqlStateOf(error)).toBe('23514')
    expect(isDatabaseUnavailable(error)).toBe(false)
  })

  test('of a statement that takes too long', async () => {
    const pool = createPool(database.url, { log: silentLog, max: 1, statementTimeout: 100 })
    try {
      const error = await failureOf(rows(pool, (prisma) => prisma.$queryRaw`SELECT pg_sleep(5)::text`))
      expect(sqlStateOf(error)).toBe('57014')
      expect(isDatabaseUnavailable(error)).toBe(true)
      expect(await listPeople(pool)).toEqual([])
    } finally {
      await pool.end()
    }
  })

  test('of another writer, whose turn it was: the transaction is tried again', async () => {
    await add(database.pool, 'ada')
    let attempts = 0
    await withRetriedTransaction(database.pool, 'SERIALIZABLE', async (client) => {
      attempts += 1
      await rows(client, (prisma) => prisma.person.count())
      if (attempts === 1)
        await database.pool.query(`UPDATE admin_people SET role = 'ADMIN' WHERE name = 'ada'`)
      await updatePerson(client, 'ada', { role: 'OPERATOR' })
    })
    expect(attempts).toBe(2)
    expect(await listPeople(database.pool)).toMatchObject([{ role: 'OPERATOR' }])
  })

  test('of a database that is not there', async () => {
    const pool = createPool('postgresql://kb@127.0.0.1:1/kb', { log: silentLog })
    const error = await failureOf(listPeople(pool))
    expect(isDatabaseUnavailable(error)).toBe(true)
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
    await pool.end()
    expect(isDatabaseUnavailable(await failureOf(listPeople(pool)))).toBe(true)
  })

  test('of a connection that breaks in between, and of one on which nobody answers', async () => {
    const proxy = await startTcpProxy(database.url)
    const pool = createPool(proxy.url, { log: silentLog, max: 1, statementTimeout: 200 })
    try {
      expect(await listPeople(pool)).toEqual([])
      proxy.cutAt('admin_people', 'before')
      expect(isConnectionLoss(await failureOf(listPeople(pool)))).toBe(true)
      expect(await listPeople(pool)).toEqual([])
      const ended = await failureOf(
        rows(pool, (prisma) => prisma.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`),
      )
      expect(isConnectionLoss(ended) && !isReadTimeout(ended)).toBe(true)
      expect(await listPeople(pool)).toEqual([])
    } finally {
      await pool.end()
      await proxy.stop()
    }
  })
})
