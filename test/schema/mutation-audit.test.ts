import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const audit = async () =>
  (
    await api.database.pool.query<Record<string, unknown>>(
      `SELECT actor, role, operation, target_type, target_key, before_hash, after_hash, request_id IS NOT NULL AS known
       FROM admin_audit ORDER BY id`,
    )
  ).rows

test('saving and restoring the content state leaves a row with both hashes, in its own transaction', async () => {
  const save = (state: object, expectedVersion: number) =>
    api.askAs(
      'EDITOR',
      'mutation ($input: SaveContentStateInput!) { saveContentState(input: $input) { ... on SaveContentStateSuccess { contentState { hash } } } }',
      { input: { expectedVersion, change: { state } } },
    )
  await save({ a: 1 }, 0)
  await save({ a: 2 }, 1)
  const rows = await audit()
  expect(rows).toMatchObject([
    {
      actor: 'graphql:editor',
      role: 'EDITOR',
      operation: 'saveContentState',
      target_key: '1',
      before_hash: null,
    },
    { operation: 'saveContentState', target_key: '2', before_hash: rows[0]!['after_hash'], known: true },
  ])
  await api.database.pool.query(
    `ALTER TABLE admin_audit ADD CONSTRAINT planted CHECK (target_key <> '3') NOT VALID`,
  )
  const { body } = await save({ a: 3 }, 2)
  expect(body.errors?.[0]?.extensions.code).toBe('INTERNAL')
  await api.database.pool.query('ALTER TABLE admin_audit DROP CONSTRAINT planted')
  const { rows: versions } = await api.database.pool.query('SELECT version FROM admin_content_state')
  expect(versions).toEqual([{ version: 2 }])
})

test('an operation leaves a row with its run', async () => {
  await api.askAs('OPERATOR', 'mutation { evaluateReleaseGate(input: { only: ["ledger"] }) { __typename } }')
  const rows = await audit()
  expect(rows.at(-1)).toMatchObject({
    actor: 'graphql:operator',
    operation: 'evaluateReleaseGate',
    target_type: 'OperationRun',
  })
})
