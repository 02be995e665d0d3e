import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { isDatabaseUnavailable } from '../../../src/database/connection/database-unavailable.ts'
import { within } from '../../../src/database/connection/silence.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { silentLog } from '../../support/silent-log.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'

let database: TestDatabase
let proxy: TcpProxy
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await startTcpProxy(database.url)
})
afterAll(async () => {
  await proxy.stop()
  await database.drop()
})

test('a connection on which nobody answers is ended, and the next statement gets another one', async () => {
  const pool = createPool(proxy.url, { log: silentLog, max: 1, statementTimeout: 200 })
  try {
    await pool.query('SELECT 1')
    proxy.hush()
    const error: unknown = await pool.query('SELECT 2').catch((failure: unknown) => failure)
    expect(String(error)).toMatch(/said nothing for 5\.2 seconds|Connection terminated/)
    expect(isDatabaseUnavailable(error)).toBe(true)
    expect((await pool.query('SELECT 3 AS n')).rows).toEqual([{ n: 3 }])
  } finally {
    await pool.end()
  }
})

test('where one connection is silent the idle ones are not tried in turn', async () => {
  const pool = createPool(proxy.url, { log: silentLog, max: 4 })
  try {
    await Promise.all([1, 2, 3, 4].map(() => pool.query('SELECT pg_sleep(0.1)')))
    proxy.hush()
    const ask = () => pool.query({ text: 'SELECT 1 AS n', ...within(300) })
    await expect(ask()).rejects.toThrow('Query read timeout')
    expect((await ask()).rows).toEqual([{ n: 1 }])
  } finally {
    await pool.end()
  }
})

test('an idle connection is no loss', async () => {
  const lost: string[] = []
  const log = { info: () => {}, warn: (line: string) => void lost.push(line) }
  const pool = createPool(database.url, { log, statementTimeout: 200 })
  await pool.query('SELECT 1')
  await new Promise((resolve) => setTimeout(resolve, 5600))
  expect((await pool.query('SELECT 2 AS n')).rows).toEqual([{ n: 2 }])
  expect(lost).toEqual([])
  await pool.end()
})
