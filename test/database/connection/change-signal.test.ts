import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createChangeSignal } from '../../../src/database/connection/change-signal.ts'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a signal can be stopped at any moment, also while its connection is being made', async () => {
  const { pool, url } = database
  const logged: string[] = []
  const log = { info: () => {}, warn: (line: string) => void logged.push(line) }
  for (let round = 0; round < 80; round++) {
    const signal = createChangeSignal({ pool, directUrl: url, pollMs: null, log })
    signal.heed()
    await setTimeout(round % 16)
    await signal.stop()
  }
  expect(logged).toEqual([])
  const { rows } = await pool.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
  )
  expect(rows).toEqual([])
})

describe('notifications', () => {
  let proxy: TcpProxy
  let logged: string[]
  beforeEach(async () => {
    proxy = await startTcpProxy(database.url)
    logged = []
  })
  afterEach(() => proxy.stop())

  const probe = { everyMs: 50, withinMs: 400 }
  const log = { info: () => {}, warn: (line: string) => void logged.push(line) }
  const create = () =>
    createChangeSignal({ pool: database.pool, directUrl: proxy.url, pollMs: null, log, probe })
  const change = () => database.pool.query('UPDATE kb_graph_version SET version = version + 1')
  const until = async (isTrue: () => boolean) => {
    for (let waited = 0; !isTrue(); waited += 10) {
      if (waited > 8000) throw new Error(`not within 8 s: ${String(isTrue)}; ${logged.join(' ')}`)
      await setTimeout(10)
    }
  }

  test('that a pooler swallows are noticed, and changes are looked for', async () => {
    proxy.swallowNotifications()
    const signal = create()
    const heard = signal.heed()
    await until(() => logged.length > 0)
    expect(logged).toEqual([expect.stringMatching(/do not arrive.*pooler.*DIRECT_DATABASE_URL/s)])
    const before = heard.count()
    await change()
    await until(() => heard.count() > before)
    await signal.stop()
    expect(logged).toHaveLength(1)
  })

  test('are heard again where all connections fell silent, those of the pool too', async () => {
    const pool = createPool(proxy.url, { log, statementTimeout: 400 })
    const signal = createChangeSignal({ pool, directUrl: proxy.url, pollMs: null, log, probe })
    const heard = signal.heed()
    await until(() => heard.count() > 0)
    await setTimeout(probe.everyMs * 3) // proven
    proxy.hush()
    await until(() => logged.some((line) => line.includes('not told at the moment')))
    const before = heard.count()
    await until(() => heard.count() > before)
    const told = heard.count()
    await database.pool.query('NOTIFY kb_changes')
    await until(() => heard.count() > told)
    await signal.stop()
    await pool.end()
  })

  test('that no longer arrive on an open connection are noticed, and heard again on a new one', async () => {
    const signal = create()
    const heard = signal.heed()
    await until(() => heard.count() > 0)
    await setTimeout(probe.everyMs * 3) // proven
    proxy.hush()
    await until(() => logged.length > 0)
    expect(logged).toEqual([expect.stringContaining('no longer arrive')])
    const before = heard.count()
    await until(() => heard.count() > before)
    const told = heard.count()
    await database.pool.query(`NOTIFY kb_changes`)
    await until(() => heard.count() > told)
    await signal.stop()
  })
})
