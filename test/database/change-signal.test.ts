import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChangeSignal } from '../../src/database/change-signal.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

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
