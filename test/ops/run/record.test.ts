import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applySchemaMigrations } from '../../../src/database/schema/apply-migrations.ts'
import {
  findRunChainFaults,
  readRun,
  requestCancel,
  startRun,
} from '../../../src/database/operations/runs.ts'
import { SettingsError } from '../../../src/errors.ts'
import { OperationError } from '../../../src/ops/run/error.ts'
import { operationSummarySchema } from '../../../src/ops/run/summary.ts'
import { recordRun } from '../../../src/ops/run/record.ts'
import { sweepDeadRuns } from '../../../src/ops/run/sweep-dead-runs.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const head = { kind: 'DRIFT', operation: 'drift', name: 'knowledge', mode: 'dry-run' } as const
const read = async (id: string | null) => (await readRun(database.pool, id!))!

describe('a recorded run', () => {
  test('exists while it runs and is complete after it ends', async () => {
    const ctx = createOpsContext(database)
    const summary = await recordRun(ctx, head, async (run) => {
      expect(await read(run.id)).toMatchObject({
        status: 'RUNNING',
        kind: 'DRIFT',
        position: null,
        summary: null,
      })
      run.info('looking', { rows: 3 })
      return {
        outcome: 'FAIL',
        findings: [],
        counts: { before: { kb_entities: 3 } },
        report: { differences: [] },
      }
    })
    expect(operationSummarySchema.parse(summary)).toEqual(summary)
    expect(summary).toMatchObject({ status: 'succeeded', outcome: 'FAIL', actor: 'test:ada' })
    expect(summary.target).toMatchObject({
      environment: 'unmarked',
      system: expect.stringMatching(/^\d+$/) as string,
    })
    const row = await read(summary.runId)
    expect(row).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'FAIL',
      summary: { counts: { before: { kb_entities: 3 } } },
    })
    expect(row.log).toEqual([
      expect.objectContaining({ level: 'INFO', message: 'looking', fields: { rows: 3 } }),
    ])
  })

  test.each([
    [
      'refused',
      new OperationError('refused', 'plan-mismatch', 'The plan changed.'),
      'FAILED',
      'plan-mismatch',
    ],
    ['failed', new Error('a fault'), 'FAILED', 'failed'],
    ['unknown', new OperationError('unknown', 'outcome-unknown', 'Run again.'), 'FAILED', 'outcome-unknown'],
  ] as const)('that is %s has this status in its summary', async (status, error, rowStatus, code) => {
    const summary = await recordRun(createOpsContext(database), head, () => Promise.reject(error))
    expect(summary).toMatchObject({
      status,
      findings: [{ code: `operation.${code}`, message: error.message }],
    })
    expect(await read(summary.runId)).toMatchObject({ status: rowStatus })
  })

  test('passes on settings errors', async () => {
    let id = ''
    const work = (run: { id: string }) => {
      id = run.id
      return Promise.reject(new SettingsError(['X is missing.']))
    }
    await expect(recordRun(createOpsContext(database), head, work)).rejects.toThrow(SettingsError)
    expect(await read(id)).toMatchObject({ status: 'FAILED', summary: null })
  })

  test('works without a database and warns that it is not recorded', async () => {
    const ctx = createOpsContext(database)
    const alone = await recordRun({ ...ctx, pool: null }, head, () => Promise.resolve({ outcome: 'PASS' }))
    expect(alone).toMatchObject({ status: 'succeeded', runId: null, target: null, warnings: [] })
    const gone = await createTestDatabase()
    await gone.drop()
    const unrecorded = await recordRun(createOpsContext(gone), head, () =>
      Promise.resolve({ outcome: 'PASS' }),
    )
    expect(unrecorded).toMatchObject({
      status: 'succeeded',
      runId: null,
      warnings: [expect.stringContaining('could not be recorded')],
    })
  })

  test('that creates the tables is recorded in them', async () => {
    const empty = await createEmptyDatabase()
    const ctx = createOpsContext(empty)
    const none = await recordRun(ctx, head, () => Promise.resolve({}))
    expect(none).toMatchObject({ runId: null, warnings: [expect.stringContaining('could not be recorded')] })
    const made = await recordRun(ctx, head, async () => {
      await applySchemaMigrations(empty.pool)
      return {}
    })
    expect(made.warnings).toEqual([])
    expect(await readRun(empty.pool, made.runId!)).toMatchObject({ status: 'SUCCEEDED', position: 1 })
    await empty.drop()
  })

  test('stops when it is canceled', async () => {
    const summary = await recordRun(createOpsContext(database), head, async (run) => {
      expect(await requestCancel(database.pool, run.id)).toBe(true)
      await new Promise((_, reject) =>
        run.signal.addEventListener('abort', () => reject(run.signal.reason as Error)),
      )
      return {}
    })
    expect(summary).toMatchObject({ status: 'failed', findings: [{ code: 'operation.canceled' }] })
    expect(await read(summary.runId)).toMatchObject({ status: 'CANCELED' })
  })

  test('of a dead process is marked as failed by the sweep; others are unchanged', async () => {
    const dead = {
      ...head,
      id: crypto.randomUUID(),
      mode: 'APPLY',
      actor: 'x',
      gitCommit: null,
      parameters: {},
    } as const
    const { hostname } = await import('node:os')
    await startRun(database.pool, dead, `${hostname()}:999999999`)
    const summary = await recordRun(createOpsContext(database), head, async (run) => {
      expect(await sweepDeadRuns(database.pool)).toBe(1)
      expect(await read(run.id)).toMatchObject({ status: 'RUNNING' })
      return {}
    })
    expect(summary.status).toBe('succeeded')
    expect(await read(dead.id)).toMatchObject({ status: 'FAILED', log: [{ level: 'ERROR' }] })
  })
})

describe('the chain of runs', () => {
  test('is intact after concurrent runs and reveals changed and deleted runs', async () => {
    const ctx = createOpsContext(database)
    await Promise.all(
      Array.from({ length: 6 }, () => recordRun(ctx, head, () => Promise.resolve({ outcome: 'PASS' }))),
    )
    expect(await findRunChainFaults(database.pool)).toEqual([])
    await database.pool.query(`UPDATE admin_runs SET outcome = 'FAIL' WHERE position = 2`)
    expect(await findRunChainFaults(database.pool)).toEqual([expect.stringContaining('was changed')])
    await database.pool.query('DELETE FROM admin_runs WHERE position = 2')
    expect(await findRunChainFaults(database.pool)).toEqual([expect.stringContaining('missing')])
  })
})
