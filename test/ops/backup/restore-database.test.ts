import { mkdtemp, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { markEnvironment } from '../../../src/database/access/environment.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { backfillKnowledge } from '../../../src/ops/load/backfill-knowledge.ts'
import { checkLedger } from '../../../src/ops/migrations/check-ledger.ts'
import { checks } from '../../../src/ops/gate/checks/index.ts'
import { createBackup, type Backup } from '../../../src/ops/backup/create.ts'
import { evaluateReleaseGate } from '../../../src/ops/gate/evaluate.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { redactEntity } from '../../../src/ops/load/redact-entity.ts'
import { restoreDatabase, type RestoreDatabaseOptions } from '../../../src/ops/backup/restore-database.ts'
import { restoreLive } from '../../../src/ops/backup/restore-live.ts'
import type { RestoreReport } from '../../../src/ops/backup/restore-plan.ts'
import { verifyParity } from '../../../src/ops/parity/verify.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { runKb } from '../../support/run-kb.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'
import { readAllRows } from '../../support/table-rows.ts'

const patience = 60_000

let database: TestDatabase
let empty: TestDatabase
let folder: string
let ctx: OpsContext
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kb-restore-'))
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  ctx = contextOf(database)
  await save(ctx, { title: 'First' })
  await save(ctx, { title: 'Second' })
}, patience)
beforeEach(async () => {
  empty = await createTestDatabase()
  return () => empty.drop()
}, patience)
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

function contextOf(of: TestDatabase): OpsContext {
  return createOpsContext(of, { BACKUP_OUTPUT_PATH: folder })
}
async function save({ storage: { driver } }: OpsContext, state: Record<string, string>) {
  const expectedVersion = (await driver.readHead())?.version ?? 0
  await createContentStore(driver).save({ change: { state }, expectedVersion, actor: 'ada' })
}
async function restore(options: RestoreDatabaseOptions, into = ctx) {
  const summary = await restoreDatabase(into, options)
  return { ...summary, report: summary.report as unknown as RestoreReport }
}
const idOf = ({ manifest }: Backup) => manifest.id
const rowsOf = async (text: string, { pool }: Pick<OpsContext, 'pool'> = ctx) =>
  (await pool.query<Record<string, unknown>>(text)).rows
const histories = (of = ctx) => rowsOf('SELECT version, hash FROM admin_history ORDER BY 1', of)
/** All that a restore may write, system columns of the graph included. */
const everything = async ({ pool }: Pick<OpsContext, 'pool'>) => ({
  graph: await readAllRows(pool),
  content: await histories({ pool } as OpsContext),
  ledger: await rowsOf('SELECT * FROM admin_migrations', { pool }),
  head: await rowsOf('SELECT * FROM admin_content_state', { pool }),
})
const statusOf = (report: RestoreReport, name: string) => report.checks.find((each) => each.name === name)

describe('A dry run of kb backup restore', () => {
  test(
    'reports what would be replaced, the age and the origin of the backup, and writes nothing',
    async () => {
      const backup = await createBackup(ctx)
      await database.pool.query(`DELETE FROM kb_edges`)
      await save(ctx, { title: 'Later' })
      const before = await everything(ctx)
      const later = { ...ctx, now: () => new Date(Date.parse(backup.manifest.createdAt) + 3 * 3_600_000) }
      const summary = await restore({ artifact: idOf(backup) }, later)
      expect(summary).toMatchObject({ status: 'succeeded', mode: 'dry-run', outcome: 'PASS' })
      expect(summary.planHash).toMatch(/^[0-9a-f]{64}$/)
      const edges = backup.manifest.tables.find(({ table }) => table === 'kb_edges')!.rows
      expect(edges).toBeGreaterThan(0)
      expect(summary.counts.before).toMatchObject({ kb_edges: 0, admin_history: 3, admin_content_state: 1 })
      expect(summary.counts.after).toMatchObject({
        kb_edges: edges,
        admin_history: 4,
        admin_content_state: 1,
      })
      expect(summary.report).toMatchObject({ ageSeconds: 10_800, source: { isThis: true }, before: null })
      expect(statusOf(summary.report, 'backup')?.detail).toContain('made 3 hours ago')
      expect(statusOf(summary.report, 'content state')?.detail).toContain('version 2 of the backup is saved')
      expect(summary.warnings[0]).toContain('--apply --reason')
      // Where else the content state could be served from is no matter of a restore.
      expect(JSON.stringify(summary)).not.toMatch(/redeploy|fallback/i)
      expect(await everything(ctx)).toEqual(before)
      expect(await restore({ artifact: idOf(backup), apply: true, reason: 'put right' })).toMatchObject({
        status: 'succeeded',
        counts: summary.counts,
        planHash: summary.planHash,
      })
      expect(await histories()).toHaveLength(summary.counts.after['admin_history']!)
    },
    patience,
  )
})

describe('kb backup restore --apply', () => {
  test(
    'restores the graph, saves the old content state as a new version, and records it in the ledger',
    async () => {
      const backup = await createBackup(ctx)
      const before = await histories()
      await database.pool.query(
        `DELETE FROM kb_edges; UPDATE kb_entities SET title = 'wrong' WHERE slug = 'spain'`,
      )
      await save(ctx, { title: 'A mistake' })
      const [{ version }] = (await rowsOf('SELECT version FROM kb_graph_version')) as [{ version: string }]

      const summary = await restore({ artifact: idOf(backup), apply: true, reason: 'wrong titles' })
      expect(summary).toMatchObject({
        status: 'succeeded',
        mode: 'apply',
        payloadHash: backup.manifest.hash,
        warnings: [expect.stringContaining(summary.report.before!.id), expect.any(String)],
      })
      const sides = {
        left: { artifact: idOf(backup) },
        right: { backend: 'NEON' },
        scope: ['KNOWLEDGE'],
      } as const
      expect(await verifyParity(ctx, sides)).toMatchObject({ outcome: 'PASS', findings: [] })
      expect(await rowsOf(`SELECT version > ${version} AS moved FROM kb_graph_version`)).toEqual([
        { moved: true },
      ])

      // The history goes on: what was saved by mistake is still in it.
      const after = await histories()
      expect(after).toHaveLength(before.length + 2)
      expect(after.slice(0, before.length)).toEqual(before)
      expect(await ctx.storage.driver.read()).toMatchObject({
        version: summary.report.contentVersion,
        hash: backup.manifest.contentState?.hash,
        restoredFrom: backup.manifest.contentState?.version,
        note: expect.stringContaining('wrong titles') as string,
      })
      const rows = await rowsOf(
        'SELECT id::text, name, reason, payload_hash, plan_hash FROM admin_migrations ORDER BY admin_migrations.id DESC LIMIT 1',
      )
      expect(rows).toEqual([
        {
          id: summary.ledgerId,
          name: 'rollback',
          reason: 'wrong titles',
          payload_hash: backup.manifest.hash,
          plan_hash: summary.planHash,
        },
      ])
      expect((await checkLedger(ctx)).check.status).toBe('PASS')
      // And back again, by the backup that was made before.
      const again = await restore({ artifact: summary.report.before!.id, apply: true, reason: 'after all' })
      expect(again.status).toBe('succeeded')
      expect(await rowsOf('SELECT 1 FROM kb_edges')).toEqual([])
      await restore({ artifact: idOf(backup), apply: true, reason: 'as it was' })
    },
    patience,
  )

  test(
    'restores content versions that the database has lost',
    async () => {
      const backup = await createBackup(ctx)
      const before = await histories()
      await database.pool.query('DELETE FROM admin_history WHERE version = 1')
      await restore({ artifact: idOf(backup), apply: true, reason: 'lost' })
      expect(await histories()).toEqual(before)
    },
    patience,
  )

  test(
    'is refused without a reason, and with a plan if the database has changed since',
    async () => {
      const backup = await createBackup(ctx)
      const artifact = idOf(backup)
      const before = await everything(ctx)
      for (const reason of [undefined, ' '])
        expect(await restore({ artifact, apply: true, reason })).toMatchObject({
          status: 'refused',
          findings: [{ code: 'operation.precondition-failed' }],
        })
      const { planHash } = await restore({ artifact })
      expect(await everything(ctx)).toEqual(before)
      await database.pool.query(`UPDATE kb_entities SET title = 'Meanwhile' WHERE slug = 'spain'`)
      const changed = await everything(ctx)
      const refused = await restore({ artifact, apply: true, reason: 'x', planHash })
      expect(refused).toMatchObject({
        status: 'refused',
        findings: [{ code: 'operation.plan-mismatch' }],
      })
      expect(await everything(ctx)).toEqual(changed)
      const now = await restore({ artifact, apply: true, reason: 'x', planHash: refused.planHash })
      expect(now.status).toBe('succeeded')
    },
    patience,
  )

  test(
    'does not replace a graph that has changed since it was backed up',
    async () => {
      const backup = await createBackup(ctx)
      await database.pool.query(`UPDATE kb_entities SET title = 'Meanwhile' WHERE slug = 'spain'`)
      const before = await everything(ctx)
      const tables = backup.manifest.tables
        .map(({ table }) => table)
        .filter((table) => table.startsWith('kb_') && !/^kb_(graph_version|changes)$/.test(table))
      const at = { actor: 'test', atVersion: backup.manifest.graph.version }
      await expect(
        restoreLive(database.pool, backup, tables, at, () => Promise.resolve()),
      ).rejects.toMatchObject({ outcome: 'refused', code: 'plan-mismatch' })
      expect(await everything(ctx)).toEqual(before)
    },
    patience,
  )

  test('refuses a damaged backup before anything is written', { timeout: patience }, async () => {
    const backup = await createBackup(ctx)
    await truncate(join(backup.directory, 'kb_entities.copy'), 100)
    const before = await everything(ctx)
    for (const apply of [false, true])
      expect(await restore({ artifact: idOf(backup), apply, reason: 'x' })).toMatchObject({
        status: 'refused',
        findings: [{ code: 'operation.invalid' }],
      })
    expect(await everything(ctx)).toEqual(before)
  })
})

describe('A backup of another database', () => {
  const constellation = {
    nodes: [{ id: 'a', title: 'A' }, { id: 'b' }],
    edges: [{ source: 'a', target: 'b' }],
  }
  let machine: TestDatabase
  beforeAll(async () => {
    machine = await createTestDatabase()
    const { driver } = contextOf(machine).storage
    const change = { state: { constellation } }
    await createContentStore(driver).save({ change, expectedVersion: 0, actor: 'ada' })
    await withTransaction(machine.pool, 'READ COMMITTED', (client) =>
      backfillKnowledge(client, { constellation }),
    )
  }, patience)
  afterAll(() => machine.drop())

  test(
    'is refused, whatever the marks, and is restored completely with --from-other-database',
    async () => {
      const [there, lost] = [contextOf(empty), contextOf(machine)]
      // What the embedded database is marked as by itself says nothing of where a backup is from.
      for (const { pool } of [lost, there]) await markEnvironment(pool, 'development', 'test')
      const backup = await createBackup(lost)
      const artifact = backup.directory
      const before = await everything(there)
      for (const apply of [false, true]) {
        const refused = await restore({ artifact, apply, reason: 'moved' }, there)
        expect(refused).toMatchObject({
          status: 'refused',
          findings: [{ code: 'operation.wrong-target' }],
        })
        expect(refused.findings[0]?.message).toContain('--from-other-database')
      }
      const other = { artifact, fromOtherDatabase: true }
      const dry = await restore(other, there)
      expect(dry).toMatchObject({
        status: 'succeeded',
        outcome: 'WARN',
        findings: [{ code: 'restore.backup' }],
      })
      expect(dry.counts.before).toMatchObject({ kb_entities: 0, admin_history: 0, admin_content_state: 0 })
      expect(await everything(there)).toEqual(before)
      expect(await restore({ ...other, apply: true }, there)).toMatchObject({ status: 'refused' })

      const { planHash } = dry
      const done = await restore(
        { ...other, apply: true, reason: 'the old machine is lost', planHash },
        there,
      )
      expect(done).toMatchObject({ status: 'succeeded', counts: dry.counts, planHash })
      const sides = { left: { artifact }, right: { backend: 'NEON' }, scope: ['KNOWLEDGE'] } as const
      expect(await verifyParity(there, sides)).toMatchObject({ outcome: 'PASS', findings: [] })
      const kept = await histories(lost)
      expect((await histories(there)).slice(0, kept.length)).toEqual(kept)
      expect(await there.storage.driver.read()).toMatchObject({ hash: backup.manifest.contentState?.hash })
      const slow = ['neon-drill', 'blob-fallback', 'parity']
      const only = checks.map(({ name }) => name).filter((name) => !slow.includes(name))
      expect(only).toEqual(expect.arrayContaining(['graph-hashes', 'ledger', 'runs', 'knowledge-drift']))
      expect(await evaluateReleaseGate(there, { only })).toMatchObject({ outcome: 'PASS', findings: [] })
    },
    patience,
  )

  test(
    'keeps conflicting content versions and lists their numbers',
    async () => {
      const there = contextOf(empty)
      await save(there, { title: 'Of its own' })
      const backup = await createBackup(ctx)
      const summary = await restore(
        { artifact: idOf(backup), apply: true, reason: 'merge', fromOtherDatabase: true },
        there,
      )
      expect(statusOf(summary.report, 'content state')).toMatchObject({
        status: 'WARN',
        detail: expect.stringContaining('versions 1 differ here') as string,
      })
      expect(await there.storage.driver.readVersion(1)).toMatchObject({ state: { title: 'Of its own' } })
      expect(await histories(there)).toHaveLength(summary.counts.after['admin_history']!)
    },
    patience,
  )
})

describe('A backup made before a redaction', () => {
  test('is restored with a warning that counts the redactions', { timeout: patience }, async () => {
    const there = contextOf(empty)
    await writeSmallGraph(empty.pool)
    const backup = await createBackup(there)
    expect((await restore({ artifact: idOf(backup) }, there)).report.redactions).toEqual([])
    for (const slug of ['andorra', 'aland'])
      expect(await redactEntity(there, { slug, apply: true, reason: 'asked' })).toMatchObject({
        status: 'succeeded',
      })
    const later = await createBackup(there)
    expect((await restore({ artifact: idOf(later) }, there)).report.redactions).toEqual([])

    const dry = await restore({ artifact: idOf(backup) }, there)
    expect(dry).toMatchObject({ outcome: 'WARN', findings: [{ code: 'restore.redactions' }] })
    expect(dry.findings[0]?.message).toMatch(
      /2 redactions \(rows \d+, \d+ of the ledger\).*redact them again/,
    )
    const done = await restore({ artifact: idOf(backup), apply: true, reason: 'it must be' }, there)
    expect(done).toMatchObject({ status: 'succeeded', outcome: 'WARN' })
    expect(
      await rowsOf(`SELECT slug FROM kb_entities WHERE slug IN ('andorra', 'aland') ORDER BY 1`, there),
    ).toEqual([{ slug: 'aland' }, { slug: 'andorra' }])
    // The backup of another database may hold what was redacted here, whenever it was made.
    const foreign = await createBackup(ctx)
    const other = await restore({ artifact: idOf(foreign), fromOtherDatabase: true }, there)
    expect(other.report.redactions).toHaveLength(2)
    expect(other.warnings.join('\n')).toContain('Media files are not in backups')
  })
})

describe('On the command line', () => {
  test('kb backup restore reports, refuses and restores', { timeout: patience }, async () => {
    const backup = await createBackup(ctx)
    const env = {
      DATABASE_URL: empty.url,
      BACKUP_OUTPUT_PATH: folder,
      KB_DATA_DIR: join(folder, 'data'),
    }
    const kb = (...args: string[]) => runKb(['backup', 'restore', idOf(backup), ...args], env)
    expect(await kb()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--from-other-database') as string,
    })
    const dry = await kb('--from-other-database')
    expect(dry.code, dry.stderr).toBe(0)
    expect(dry.stdout).toMatch(/^restore .* \(dry-run\): WARN[^]*kb_entities +0 +\d+[^]*Nothing was restored/)
    const plan = /^plan +(\w+)$/m.exec(dry.stdout)![1]!
    const apply = ['--from-other-database', '--plan', plan, '--apply']
    expect(await kb(...apply)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--reason') as string,
    })
    const done = await kb(...apply, '--reason', 'moved', '--json')
    expect(done.code, done.stderr).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ operation: 'restore', mode: 'apply', planHash: plan })
    expect(await rowsOf('SELECT 1 FROM kb_edges LIMIT 1', empty)).toHaveLength(1)
  })
})
