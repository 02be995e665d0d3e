import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listBackups, readBackup, verifyBackupFiles } from '../../../src/ops/backup/files.ts'
import { createBackup } from '../../../src/ops/backup/create.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import type { DrillReport } from '../../../src/ops/backup/drill-report.ts'
import { runBackupDrill } from '../../../src/ops/backup/drill.ts'
import { addFragileRows } from '../../fault/backup/fragile-rows.ts'
import { listScratchDatabases } from '../../support/scratch-databases.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'
import { readAllRows } from '../../support/table-rows.ts'

const patience = 120_000

let database: TestDatabase
let folder: string
let ctx: OpsContext
beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  await addFragileRows(database.pool)
  folder = await mkdtemp(join(tmpdir(), 'kb-backups-'))
  ctx = createOpsContext(database, { BACKUP_OUTPUT_PATH: folder })
}, patience)
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const scratchDatabases = () => listScratchDatabases(database.pool)

describe('A backup', () => {
  test('is readable by its owner only, is listed, and matches its manifest', async () => {
    const backup = await createBackup(ctx)
    expect((await stat(backup.directory)).mode & 0o777).toBe(0o700)
    for (const name of await readdir(backup.directory))
      expect((await stat(join(backup.directory, name))).mode & 0o077).toBe(0)
    expect((await listBackups(folder)).backups.map(({ manifest }) => manifest.id)).toContain(
      backup.manifest.id,
    )
    const read = await readBackup(folder, backup.manifest.id)
    expect(read.manifest).toEqual(backup.manifest)
    expect(await verifyBackupFiles(read)).toEqual([])
    expect(read.manifest.leftOut).toEqual(['admin_sessions'])
    expect(read.manifest.contentState).toMatchObject({ version: 1 })
  })

  test('has the same hashes for any role settings', async () => {
    const plain = await createBackup(ctx)
    const client = new pg.Pool({
      connectionString: database.url,
      options:
        '-c TimeZone=Asia/Kathmandu -c DateStyle=German -c extra_float_digits=-3 -c IntervalStyle=iso_8601 -c bytea_output=escape',
    })
    const other = await createBackup({ ...ctx, pool: client }).finally(() => client.end())
    const hashes = (backup: typeof plain) =>
      backup.manifest.tables.map(({ table, hash, file }) => [table, hash, file])
    expect(hashes(other)).toEqual(hashes(plain))
  })

  test('that is stopped leaves nothing behind, and one cut off by kill -9 is not accepted', async () => {
    const before = await readdir(folder)
    const controller = new AbortController()
    const stopped = createBackup({
      ...ctx,
      signal: controller.signal,
      onProgress: ({ label }) => void (label === 'Exporting kb_edges' && controller.abort()),
    })
    await expect(stopped).rejects.toThrow()
    expect(await readdir(folder)).toEqual(before)
    await writeFile(join(folder, 'kb_edges.copy'), '')
    await expect(readBackup(folder, folder)).rejects.toMatchObject({ code: 'not-found' })
    await rm(join(folder, 'kb_edges.copy'))
    // Pooled connections are sound after all that.
    expect((await database.pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('kb neon backup-restore-drill', () => {
  test(
    'restores everything, measures the time, and writes nothing to the graph',
    async () => {
      const before = await readAllRows(database.pool)
      const summary = await runBackupDrill(ctx)
      expect(summary).toMatchObject({
        operation: 'backup-drill',
        status: 'succeeded',
        outcome: 'PASS',
        findings: [],
      })
      const report = summary.report as unknown as DrillReport
      expect(report.tables.find(({ table }) => table === 'kb_edges')).toMatchObject({
        leftCount: 12,
        rightCount: 12,
      })
      expect(report.tables.every(({ leftHash, rightHash }) => leftHash === rightHash)).toBe(true)
      expect(report.graphHash?.restored).toBe(report.graphHash?.backup)
      expect(report.contentHash).toMatchObject({ restored: report.contentHash?.backup })
      expect(report.recoveryTimeSeconds).toBeGreaterThan(0)
      expect(report.sequences).toBe(3)
      expect(await readAllRows(database.pool)).toEqual(before)
      expect(await scratchDatabases()).toEqual([])
    },
    patience,
  )

  test(
    'replaces the previous record in a document',
    async () => {
      const path = join(folder, 'operations.md')
      await writeFile(path, '# Operations\n\nMine.\n')
      await runBackupDrill(ctx, { restore: false, keep: false, record: path })
      await runBackupDrill(ctx, { keep: false, record: path })
      const text = await readFile(path, 'utf8')
      expect(text).toMatch(/^# Operations\n\nMine\.\n\n<!-- drill record/)
      expect(text.match(/## Latest drill record/g)).toHaveLength(1)
      expect(text).toMatch(/Outcome: PASS[^]*Recovery time: [\d.]+ s[^]*\| `kb_edges` \| 12 \| 12 \| PASS \|/)
      await rm(path)
    },
    patience,
  )

  test('without a restore warns that it proves no recovery', async () => {
    const summary = await runBackupDrill(ctx, { restore: false, keep: false })
    expect(summary).toMatchObject({
      outcome: 'WARN',
      warnings: [expect.stringContaining('no recovery was proven')],
    })
  })

  test(
    'that is stopped drops its scratch database',
    async () => {
      const controller = new AbortController()
      const onProgress = ({ label }: { label: string }) =>
        void (label === 'Restoring kb_edges' && controller.abort())
      const summary = await runBackupDrill({ ...ctx, signal: controller.signal, onProgress })
      expect(summary).toMatchObject({
        status: 'failed',
        outcome: null,
        findings: [{ code: 'operation.canceled' }],
      })
      expect(await scratchDatabases()).toEqual([])
    },
    patience,
  )

  test(
    'drops what a killed drill left behind, but nothing another drill is using',
    async () => {
      const { rows } = await database.pool.query<{ id: string }>(
        'SELECT oid::text AS id FROM pg_database WHERE datname = current_database()',
      )
      const [left, used] = ['left', 'used'].map((end) => `kb_scratch_${rows[0]!.id}_${end}`)
      for (const name of [left, used]) await database.pool.query(`CREATE DATABASE ${name}`)
      const other = await database.pool.connect()
      await other.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [used])
      await runBackupDrill(ctx, { keep: false })
      expect(await scratchDatabases()).toEqual([used])
      other.release(true)
      await database.pool.query(`DROP DATABASE ${used}`)
    },
    patience,
  )

  test(
    'is refused for a role that cannot create databases, with instructions',
    async () => {
      const role = `kb_reader_${process.pid}`
      await database.pool.query(`CREATE ROLE ${role}; GRANT pg_read_all_data TO ${role}`)
      const pool = new pg.Pool({ connectionString: database.url, options: `-c role=${role}` })
      try {
        const summary = await runBackupDrill({ ...ctx, pool }, { keep: false })
        expect(summary).toMatchObject({ status: 'refused', outcome: null })
        expect(summary.findings[0]?.message).toContain(`ALTER ROLE "${role}" CREATEDB`)
        const other = await runBackupDrill({ ...ctx, pool }, { keep: false, target: database.url })
        expect(other).toMatchObject({ status: 'succeeded', outcome: 'PASS' })
      } finally {
        await pool.end()
        await database.pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
      }
    },
    patience,
  )

  test('that cannot write its backup fails rather than skips', async () => {
    await writeFile(join(folder, 'file'), '')
    const blocked = createOpsContext(database, { BACKUP_OUTPUT_PATH: join(folder, 'file', 'below') })
    const summary = await runBackupDrill(blocked)
    expect(summary).toMatchObject({ status: 'failed', outcome: null })
    expect(summary.findings[0]?.message).toContain('BACKUP_OUTPUT_PATH')
    await rm(join(folder, 'file'))
  })
})
