import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markEnvironment } from '../../src/database/database-identity.ts'
import { createBackup } from '../../src/ops/create-backup.ts'
import { checkLedger } from '../../src/ops/check-ledger.ts'
import type { OpsContext } from '../../src/ops/ops-context.ts'
import { rollback, type RollbackOptions, type RollbackReport } from '../../src/ops/rollback.ts'
import { createRollbackPlan, readRollbackPlan } from '../../src/ops/rollback-plan.ts'
import { runBackupDrill } from '../../src/ops/run-backup-drill.ts'
import { verifyParity } from '../../src/ops/verify-parity.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { writeSmallGraph } from '../support/small-graph.ts'
import { readAllRows } from '../support/table-rows.ts'

const patience = 60_000

let database: TestDatabase
let other: TestDatabase
let folder: string
let ctx: OpsContext
beforeAll(async () => {
  ;[database, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  folder = await mkdtemp(join(tmpdir(), 'kb-rollback-'))
  await writeSmallGraph(database.pool)
  ctx = context()
  await save(ctx.storage.driver, { title: 'First' })
}, patience)
afterAll(async () => {
  await Promise.all([database.drop(), other.drop()])
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
const histories = async () =>
  (
    await database.pool.query<{ version: number; hash: string }>(
      'SELECT version, hash FROM admin_history ORDER BY 1',
    )
  ).rows

describe('kb rollback', () => {
  test('prints the way to the fallback and back, and verifies what would be served there', async () => {
    const summary = await run({})
    expect(summary).toMatchObject({
      status: 'succeeded',
      mode: 'dry-run',
      outcome: 'PASS',
      report: { from: 'NEON', to: 'FILE' },
    })
    expect(summary.report.steps.join('\n')).toMatch(
      /ADMIN_STORAGE_BACKEND=file[^]*Redeploy[^]*--apply --force --reason[^]*ADMIN_STORAGE_BACKEND=neon/,
    )
    expect(summary.report.checks).toMatchObject([
      { name: 'fallback', status: 'PASS', detail: expect.stringContaining('version 1') as string },
      { name: 'same as active', status: 'PASS' },
    ])
  })

  test('warns of versions that the fallback would not serve, and fails where there is nothing to serve', async () => {
    await save(ctx.storage.driverOf('neon'), { title: 'Second, on neon alone' })
    const behind = await run({ to: 'file' })
    expect(behind).toMatchObject({ outcome: 'WARN', findings: [{ code: 'rollback.same-as-active' }] })
    expect(behind.findings[0]?.message).toContain('1 version would not be served')
    const alone = createOpsContext(database, { BACKUP_OUTPUT_PATH: folder })
    expect(await run({}, alone)).toMatchObject({ outcome: 'FAIL', findings: [{ code: 'rollback.fallback' }] })
    await expect(run({ to: 'blob' })).rejects.toThrow('BLOB_READ_WRITE_TOKEN')
  })

  test(
    'restores from a backup only by --apply, --force and a reason',
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
      const dry = await run({ artifact: manifest.id })
      expect(dry).toMatchObject({
        status: 'succeeded',
        mode: 'dry-run',
        report: { artifact: { id: manifest.id }, before: null },
      })
      expect(await readAllRows(database.pool)).toEqual(before)
    },
    patience,
  )

  test(
    'brings the graph back, goes on with the old content state as a new version, and notes it in the ledger',
    async () => {
      const backup = await createBackup(ctx)
      const before = await histories()
      await database.pool.query(
        `DELETE FROM kb_edges; UPDATE kb_entities SET title = 'wrong' WHERE slug = 'spain'`,
      )
      await save(ctx.storage.driver, { title: 'A mistake' })
      const version = await database.pool.query<{ version: string }>('SELECT version FROM kb_graph_version')

      const summary = await run({
        artifact: backup.manifest.id,
        apply: true,
        force: true,
        reason: 'wrong titles',
      })
      expect(summary).toMatchObject({ status: 'succeeded', mode: 'apply', payloadHash: backup.manifest.hash })
      expect(summary.report.before?.id).not.toBe(backup.manifest.id)
      const sides = {
        left: { artifact: backup.manifest.id },
        right: { backend: 'NEON' },
        scope: ['KNOWLEDGE'],
      } as const
      expect(await verifyParity(ctx, sides)).toMatchObject({ outcome: 'PASS', findings: [] })
      const moved = await database.pool.query<{ moved: boolean }>(
        'SELECT version > $1 AS moved FROM kb_graph_version',
        [version.rows[0]!.version],
      )
      expect(moved.rows).toEqual([{ moved: true }])

      // The history goes on: what was saved by mistake is still in it.
      const after = await histories()
      expect(after).toHaveLength(before.length + 2)
      expect(after.slice(0, before.length)).toEqual(before)
      expect(await ctx.storage.driverOf('neon').read()).toMatchObject({
        version: summary.report.contentVersion,
        hash: backup.manifest.contentState?.hash,
        restoredFrom: backup.manifest.contentState?.version,
        note: expect.stringContaining('wrong titles') as string,
      })
      const { rows } = await database.pool.query(
        'SELECT id::text, name, reason, payload_hash FROM admin_migrations',
      )
      expect(rows).toEqual([
        {
          id: summary.ledgerId,
          name: 'rollback',
          reason: 'wrong titles',
          payload_hash: backup.manifest.hash,
        },
      ])
      expect((await checkLedger(ctx)).check.status).toBe('PASS')
      // And back again, by the backup that was made before.
      const again = await run({
        artifact: summary.report.before!.id,
        apply: true,
        force: true,
        reason: 'after all',
      })
      expect(again.status).toBe('succeeded')
      expect((await database.pool.query('SELECT 1 FROM kb_edges')).rowCount).toBe(0)
    },
    patience,
  )

  test(
    'brings versions back that the database has lost',
    async () => {
      const backup = await createBackup(ctx)
      const before = await histories()
      await database.pool.query('DELETE FROM admin_history WHERE version = 1')
      await run({ artifact: backup.manifest.id, apply: true, force: true, reason: 'lost' })
      expect(await histories()).toEqual(before)
    },
    patience,
  )

  test(
    'refuses the backup of another database, unless both are marked as the same environment',
    async () => {
      const foreign = context(other)
      await writeSmallGraph(other.pool)
      const { manifest } = await createBackup(foreign)
      const restore = { artifact: manifest.id, apply: true, force: true, reason: 'moved house' }
      const before = await readAllRows(database.pool)
      expect(await run(restore)).toMatchObject({
        status: 'refused',
        findings: [{ code: 'operation.wrong-target' }],
      })
      await markEnvironment(database.pool, 'production', 'test')
      expect(await run(restore)).toMatchObject({ status: 'refused' })
      expect(await readAllRows(database.pool)).toEqual(before)
      await markEnvironment(other.pool, 'production', 'test')
      const marked = await createBackup(foreign)
      expect(await run({ ...restore, artifact: marked.manifest.id })).toMatchObject({ status: 'succeeded' })
    },
    patience,
  )

  test('refuses a damaged backup before anything is written', async () => {
    const { manifest, directory } = await createBackup(ctx)
    await truncate(join(directory, 'kb_entities.copy'), 100)
    const before = await readAllRows(database.pool)
    const summary = await run({ artifact: manifest.id, apply: true, force: true, reason: 'x' })
    expect(summary).toMatchObject({ status: 'refused', findings: [{ code: 'operation.invalid' }] })
    expect(await readAllRows(database.pool)).toEqual(before)
  })
})

describe('The rollback plan', () => {
  test(
    'is tested by the latest drill that passed, whose backup it names',
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

  test('says that there is no other backend', () => {
    const plan = createRollbackPlan({ from: 'neon', to: null, drill: null })
    expect(plan).toMatchObject({ to: 'none', isTested: false })
    expect(plan.steps[0]).toContain('No other backend is configured')
  })
})
