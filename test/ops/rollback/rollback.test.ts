import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackup } from '../../../src/ops/backup/create.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { restoreDatabase } from '../../../src/ops/backup/restore-database.ts'
import { rollback, type RollbackOptions, type RollbackReport } from '../../../src/ops/rollback/rollback.ts'
import { createRollbackPlan, readRollbackPlan } from '../../../src/ops/rollback/plan.ts'
import { runBackupDrill } from '../../../src/ops/backup/drill.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'
import { readAllRows } from '../../support/table-rows.ts'

const patience = 60_000

let database: TestDatabase
let folder: string
let ctx: OpsContext
beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'kb-rollback-'))
  await writeSmallGraph(database.pool)
  ctx = context()
  await save(ctx.storage.driver, { title: 'First' })
}, patience)
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

function context(from = database, env: Record<string, string> = {}): OpsContext {
  const path = join(folder, 'content.json')
  return createOpsContext(from, { BACKUP_OUTPUT_PATH: folder, ADMIN_FILE_PATH: path, ...env })
}
async function save(driver: OpsContext['storage']['driver'], state: Record<string, string>) {
  const expectedVersion = (await driver.readHead())?.version ?? 0
  await createContentStore(driver).save({ change: { state }, expectedVersion, actor: 'ada' })
}
async function run(options: RollbackOptions, from = ctx) {
  const summary = await rollback(from, options)
  return { ...summary, report: summary.report as unknown as RollbackReport }
}
describe('kb rollback', () => {
  test('prints the steps to the fallback and back, and verifies what it would serve', async () => {
    const summary = await run({})
    expect(summary).toMatchObject({
      status: 'succeeded',
      mode: 'dry-run',
      outcome: 'PASS',
      report: { from: 'NEON', to: 'FILE' },
    })
    expect(summary.report.steps.join('\n')).toMatch(
      /ADMIN_STORAGE_BACKEND=file[^]*Redeploy[^]*ops:restore[^]*--apply --reason[^]*ADMIN_STORAGE_BACKEND=neon/,
    )
    expect(summary.report.checks).toMatchObject([
      { name: 'fallback', status: 'PASS', detail: expect.stringContaining('version 1') as string },
      { name: 'same as active', status: 'PASS' },
    ])
  })

  test('warns about versions missing in the fallback, and fails if it has nothing to serve', async () => {
    await save(ctx.storage.driverOf('neon'), { title: 'Second, on neon alone' })
    const behind = await run({ to: 'file' })
    expect(behind).toMatchObject({ outcome: 'WARN', findings: [{ code: 'rollback.same-as-active' }] })
    expect(behind.findings[0]?.message).toContain('1 version would not be served')
    const alone = createOpsContext(database, { BACKUP_OUTPUT_PATH: folder })
    expect(await run({}, alone)).toMatchObject({ outcome: 'FAIL', findings: [{ code: 'rollback.fallback' }] })
    await expect(run({ to: 'blob' })).rejects.toThrow('BLOB_READ_WRITE_TOKEN')
  })

  test(
    'with a backup is kb backup restore, and also needs --force and a reason to apply',
    async () => {
      const { manifest } = await createBackup(ctx)
      const before = await readAllRows(database.pool)
      for (const options of [{}, { force: true }, { reason: 'because' }, { force: true, reason: ' ' }]) {
        const refused = await run({ artifact: manifest.id, apply: true, ...options })
        expect(refused).toMatchObject({
          status: 'refused',
          findings: [{ code: 'operation.precondition-failed' }],
        })
      }
      expect(await run({ apply: true, force: true, reason: 'of what?' })).toMatchObject({ status: 'refused' })
      const dry = await run({ artifact: manifest.id })
      const same = await restoreDatabase(ctx, { artifact: manifest.id })
      const { operation, counts, planHash } = same
      expect(dry).toMatchObject({ status: 'succeeded', mode: 'dry-run', operation, counts, planHash })
      expect(await readAllRows(database.pool)).toEqual(before)
      const applied = await run({ artifact: manifest.id, apply: true, force: true, reason: 'because' })
      expect(applied).toMatchObject({ status: 'succeeded', operation, planHash })
    },
    patience,
  )
})

describe('The rollback plan', () => {
  test(
    'names the latest passed drill and its backup',
    async () => {
      expect(await readRollbackPlan(database.pool, ctx.storage)).toMatchObject({
        isTested: false,
        lastTestedAt: null,
        backup: null,
      })
      const drill = await runBackupDrill(ctx)
      const plan = await readRollbackPlan(database.pool, ctx.storage)
      const { artifact } = drill.report as { artifact: { id: string } }
      expect(plan).toMatchObject({ from: 'NEON', to: 'FILE', isTested: true, backup: { id: artifact.id } })
      expect(plan.steps.join('\n')).toContain(artifact.id)
      await runBackupDrill(ctx, { keep: false })
      expect(await readRollbackPlan(database.pool, ctx.storage)).toMatchObject({
        isTested: true,
        backup: null,
      })
    },
    patience,
  )

  test('reports that there is no other backend', () => {
    const plan = createRollbackPlan({ from: 'neon', to: null, drill: null })
    expect(plan).toMatchObject({ to: 'none', isTested: false })
    expect(plan.steps[0]).toContain('No other backend is configured')
  })
})
