import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OperationSummary } from '../../../src/ops/run/summary.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createNeonDriver } from '../../../src/storage/drivers/neon.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi(async (pool) => {
    const constellation = {
      nodes: [{ id: 'a' }, { id: 'b' }],
      edges: [
        { source: 'a', target: 'b' },
        { source: 'a', target: 'ghost' },
      ],
    }
    const change = { state: { constellation } }
    await createContentStore(createNeonDriver(pool)).save({ change, expectedVersion: 0, actor: 'ada' })
  })
})
afterAll(() => api.stop())

const runFields = `id kind mode status actor planHash resultHash alreadyApplied warnings
  counts { table inserted updated deleted unchanged } preconditions { name status }
  migration { name state } changes(first: 100) { edges { node { operation subjectType subjectKey } } }`
const mutation = `mutation ($input: RunMigrationInput!) { runMigration(input: $input) {
  __typename
  ... on RunMigrationSuccess { run { ${runFields} } }
  ... on UserError { code message }
  ... on ValidationError { issues { pointer rule } }
  ... on NotFoundError { subject }
  ... on PreconditionError { failed { name status detail } }
  ... on PlanMismatchError { givenPlanHash freshRun { ${runFields} } }
} }`

type Answer = any // eslint-disable-line @typescript-eslint/no-explicit-any

async function run(input: object): Promise<Answer> {
  const { body } = await api.askAs('OPERATOR', mutation, { input })
  expect(body.errors).toBeUndefined()
  return body.data?.['runMigration']
}
const ask = async (query: string): Promise<Answer> => (await api.askAs('OPERATOR', query)).body.data

describe('migrations over GraphQL', () => {
  test('are listed with their status, for operators only', async () => {
    const { ops } = await ask(
      `{ ops { migrations { name state checksum reversible requires lastRun { id } } ledgerIntegrity { status detail } } }`,
    )
    expect(ops.migrations.map(({ name }: { name: string }) => name)).toEqual([
      'kb-schema',
      '20260211_1002_blob_to_neon_admin_state',
      'kb-backfill',
    ])
    expect(ops.migrations.at(-1)).toMatchObject({ state: 'PENDING', lastRun: null })
    expect(ops.ledgerIntegrity.status).toBe('PASS')
    const { body } = await api.askAs('EDITOR', mutation, { input: { name: 'kb-backfill' } })
    expect(body.data?.['runMigration']).toMatchObject({ __typename: 'ForbiddenError' })
  })

  test('match the command line: plan, counts, preconditions', async () => {
    const { __typename, run: dry } = await run({ name: 'kb-backfill' })
    expect(__typename).toBe('RunMigrationSuccess')
    expect(dry).toMatchObject({
      mode: 'DRY_RUN',
      status: 'SUCCEEDED',
      alreadyApplied: false,
      migration: { name: 'kb-backfill', state: 'PENDING' },
    })
    const child = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../../bin/kb.mjs'), 'migrate', 'kb-backfill', '--json'],
      {
        env: { PATH: process.env['PATH'], DATABASE_URL: api.database.url },
        encoding: 'utf8',
      },
    )
    const summary = JSON.parse(child.stdout) as OperationSummary
    expect(summary.planHash).toBe(dry.planHash)
    for (const { table, ...counts } of dry.counts) {
      for (const kind of ['inserted', 'updated', 'deleted', 'unchanged'] as const) {
        expect(counts[kind], `${table} ${kind}`).toBe(summary.counts[kind][table])
      }
    }
    expect(summary.report['preconditions']).toMatchObject(dry.preconditions)
    // Sources are identified only by generated ids.
    type Change = { subjectKey: string; subjectType: string }
    const keys = (changes: Change[]) =>
      changes.filter(({ subjectType }) => subjectType !== 'EntitySource').map(({ subjectKey }) => subjectKey)
    expect(keys(dry.changes.edges.map(({ node }: { node: Change }) => node))).toEqual(
      keys(summary.report['changes'] as Change[]),
    )
  }, 30_000)

  test('are applied once, and only with the plan of a dry run', async () => {
    expect(await run({ name: 'kb-backfill', mode: 'APPLY' })).toMatchObject({
      __typename: 'ValidationError',
      issues: [{ pointer: '/planHash', rule: 'required' }],
    })
    const { run: dry } = await run({ name: 'kb-backfill' })
    const wrong = 'f'.repeat(64)
    expect(
      await run({ name: 'kb-backfill', mode: 'APPLY', planHash: wrong, backupFirst: false }),
    ).toMatchObject({
      __typename: 'PlanMismatchError',
      code: 'PLAN_MISMATCH',
      givenPlanHash: wrong,
      freshRun: { planHash: dry.planHash, counts: dry.counts },
    })
    const apply = { name: 'kb-backfill', mode: 'APPLY', planHash: dry.planHash, backupFirst: false }
    const applied = await run(apply)
    expect(applied).toMatchObject({
      run: { status: 'SUCCEEDED', alreadyApplied: false, migration: { state: 'APPLIED' } },
    })
    expect(await run(apply)).toMatchObject({
      run: { alreadyApplied: true, resultHash: applied.run.resultHash },
    })
    const { node } = await ask(
      `{ node(id: "${applied.run.id}") { ... on MigrationRun { kind planHash migration { lastRun { id } } } } }`,
    )
    expect(node).toMatchObject({ kind: 'MIGRATION', planHash: dry.planHash })
  })

  test('find a run by its idempotency key', async () => {
    const first = await run({ name: 'kb-backfill', idempotencyKey: 'one' })
    const second = await run({ name: 'kb-backfill', idempotencyKey: 'one' })
    expect(second.run.id).toBe(first.run.id)
    expect((await run({ name: 'kb-backfill', idempotencyKey: 'two' })).run.id).not.toBe(first.run.id)
  })

  test('reject unknown migrations, unknown parameters and failed preconditions', async () => {
    expect(await run({ name: 'kb-backfil' })).toMatchObject({
      __typename: 'NotFoundError',
      subject: 'kb-backfil',
      message: expect.stringContaining('kb-backfill') as string,
    })
    expect(await run({ name: 'kb-backfill', parameters: { a: 1 } })).toMatchObject({
      __typename: 'ValidationError',
      issues: [{ pointer: '/parameters/a' }],
    })
    expect(await run({ name: 'kb-backfill', parameters: { a: '1' } })).toMatchObject({
      __typename: 'ValidationError',
      issues: [{ pointer: '/parameters' }],
    })
    const { pool } = api.database
    await pool.query(
      `INSERT INTO admin_migrations (name, mode, status, checksum, actor, hash) VALUES ('x', 'APPLY', 'SUCCEEDED', repeat('c', 64), 'nobody', repeat('a', 64))`,
    )
    expect(await run({ name: 'kb-backfill' })).toMatchObject({
      __typename: 'PreconditionError',
      message: expect.stringContaining('The ledger of migrations is damaged') as string,
    })
    const { ops } = await ask(`{ ops { ledgerIntegrity { status detail } } }`)
    expect(ops.ledgerIntegrity).toMatchObject({
      status: 'FAIL',
      detail: expect.stringContaining('x') as string,
    })
  })
})
