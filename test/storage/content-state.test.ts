import { afterAll, beforeAll, expect, test } from 'vitest'
import { withTransaction } from '../../src/database/transaction.ts'
import { hashJson } from '../../src/domain/hash.ts'
import type { JsonObject } from '../../src/domain/json-value.ts'
import { readContentState, saveContentState } from '../../src/storage/content-state.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const save = (state: JsonObject) =>
  withTransaction(database.pool, 'READ COMMITTED', (client) =>
    saveContentState(client, state, { actor: 'test', note: 'n' }),
  )
const read = () => withTransaction(database.pool, 'READ COMMITTED', readContentState)

test('a content state comes back as it was saved, each version is kept, and the same state is no new version', async () => {
  expect(await read()).toBeNull()
  const state = {
    constellation: { nodes: [{ id: 'ä', n: 1e21, zero: -0, small: 5e-324 }] },
    other: ['passes', null],
  }
  expect(await save(state)).toEqual({ version: 1, hash: hashJson(state), isNew: true })
  const stored = await read()
  expect(stored?.hash).toBe(hashJson(stored?.state))
  expect(await save({ other: state.other, constellation: state.constellation })).toMatchObject({
    version: 1,
    isNew: false,
  })
  expect(await save({})).toMatchObject({ version: 2, isNew: true })
  const history = await database.pool.query(
    'SELECT version, hash, note, created_by FROM admin_history ORDER BY version',
  )
  expect(history.rows).toEqual([
    { version: 1, hash: hashJson(state), note: 'n', created_by: 'test' },
    { version: 2, hash: hashJson({}), note: 'n', created_by: 'test' },
  ])
})

test('two first savers at once become two versions', async () => {
  const saved = await Promise.all([save({ by: 1 }), save({ by: 2 })])
  const [left, right] = saved.map(({ version }) => version)
  expect(left).not.toBe(right)
})

test.each([
  ['NUL', { a: 'x\0' }],
  ['a lone surrogate', { a: '\udc00' }],
])('%s is refused with its place, not stored as something else', async (_name, state) => {
  await expect(save(state)).rejects.toThrow('(at /a)')
})
