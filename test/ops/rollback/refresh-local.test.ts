import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { markEnvironment } from '../../../src/database/access/environment.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { refreshLocal, type RefreshReport } from '../../../src/ops/rollback/refresh-local.ts'
import { withProduction } from '../../../src/ops/rollback/refresh-production.ts'
import { verifyParity } from '../../../src/ops/parity/verify.ts'
import { addFragileRows } from '../../fault/backup/fragile-rows.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { silentLog } from '../../support/silent-log.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'
import { readAllRows } from '../../support/table-rows.ts'

const patience = 60_000

let production: TestDatabase
let local: TestDatabase
let folder: string
beforeAll(async () => {
  ;[production, local] = await Promise.all([createTestDatabase(), createTestDatabase()])
  folder = await mkdtemp(join(tmpdir(), 'kb-refresh-'))
  // Sessions report what they wrote when they end.
  const filler = createPool(production.url, { log: silentLog })
  await writeSmallGraph(filler)
  await addFragileRows(filler)
  await markEnvironment(filler, 'production', 'test')
  await filler.end()
}, patience)
afterAll(async () => {
  await Promise.all([production.drop(), local.drop()])
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  await local.pool.query('TRUNCATE kb_entities, kb_kinds, kb_relations, kb_domains, kb_media_objects CASCADE')
  await local.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('mine', 'Mine')`)
  await markEnvironment(local.pool, 'development', 'test')
})

function context(env: Record<string, string> = {}, database = local): OpsContext {
  return createOpsContext(database, {
    BACKUP_OUTPUT_PATH: folder,
    PRODUCTION_DATABASE_URL: production.url,
    PRODUCTION_MARKERS: 'portugal, spain',
    ...env,
  })
}
async function refresh(ctx = context(), apply = true) {
  const summary = await refreshLocal(ctx, { apply })
  return { ...summary, report: summary.report as unknown as RefreshReport }
}
const writes = async () => {
  const { rows } = await production.pool.query(
    'SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY 1',
  )
  return rows as object[]
}

describe('kb refresh local', () => {
  test(
    'makes the local database equal to the production export and leaves production alone',
    async () => {
      await local.pool.query(
        `INSERT INTO admin_sessions (token_hash, name, role, expires_at) VALUES (repeat('e', 64), 'me', 'ADMIN', now())`,
      )
      const [rows, counters] = [await readAllRows(production.pool), await writes()]
      const versionBefore = await local.pool.query<{ version: string }>(
        'SELECT version FROM kb_graph_version',
      )
      const summary = await refresh()
      expect(summary).toMatchObject({ status: 'succeeded', outcome: 'PASS', findings: [], mode: 'apply' })
      expect(summary.counts.after).toMatchObject({ kb_entities: 10, kb_edges: 12 })
      expect(summary.resultHash).toBe(summary.payloadHash)
      expect(summary.report.writeCounters.after).toEqual(summary.report.writeCounters.before)
      expect(await readAllRows(production.pool)).toEqual(rows)
      expect(await writes()).toEqual(counters)

      const sides = { left: { artifact: summary.report.production.id }, right: { backend: 'NEON' } } as const
      expect(await verifyParity(context(), sides)).toMatchObject({ outcome: 'PASS', findings: [] })
      // What the local database is, and what was done to it, stays its own.
      const own = await local.pool.query(
        `SELECT (SELECT name FROM admin_environment) AS environment, (SELECT count(*)::int FROM admin_sessions) AS sessions,
         (SELECT count(*)::int FROM admin_runs WHERE kind = 'REFRESH' AND status = 'SUCCEEDED') AS runs,
         (SELECT version > $1 FROM kb_graph_version) AS moved, (SELECT last_value::int FROM admin_migrations_id_seq) AS id`,
        [versionBefore.rows[0]!.version],
      )
      expect(own.rows[0]).toEqual({ environment: 'development', sessions: 1, runs: 1, moved: true, id: 3 })
      // The trigger works again: a write moves the version.
      await local.pool.query(`UPDATE kb_entities SET title = 'Iberia' WHERE slug = 'spain'`)
      expect(await verifyParity(context(), sides)).toMatchObject({ outcome: 'FAIL' })
    },
    patience,
  )

  test(
    'without --apply exports both sides and writes nothing to the graph',
    async () => {
      const before = await readAllRows(local.pool)
      const summary = await refresh(context(), false)
      expect(summary).toMatchObject({ status: 'succeeded', mode: 'dry-run', outcome: 'PASS' })
      expect(summary.warnings).toEqual([expect.stringContaining('--apply')])
      expect(summary.report.production.id).not.toBe(summary.report.local.id)
      expect(await readdir(folder)).toEqual(
        expect.arrayContaining([summary.report.production.id, summary.report.local.id]),
      )
      expect(await readAllRows(local.pool)).toEqual(before)
    },
    patience,
  )

  test.each([
    ['a marker is missing', 'portugal, atlantis', /no published entity `atlantis`/],
    ['a marker is a draft', 'draftland', /no published entity `draftland`/],
    [
      'a marker has other content',
      `portugal=${'0'.repeat(64)}`,
      /has the content hash [0-9a-f]{64}; PRODUCTION_MARKERS expects 0{64}/,
    ],
  ])('is refused if %s; nothing is written or exported', async (_name, markers, message) => {
    const [before, exports, counters] = [await readAllRows(local.pool), await readdir(folder), await writes()]
    const summary = await refresh(context({ PRODUCTION_MARKERS: markers }))
    expect(summary).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.precondition-failed' }],
    })
    expect(summary.findings[0]?.message).toMatch(message)
    expect(await readAllRows(local.pool)).toEqual(before)
    expect(await readdir(folder)).toEqual(exports)
    expect(await writes()).toEqual(counters)
  })

  test('is refused if both URLs lead to the same database, however they are spelled', async () => {
    const other = new URL(local.url)
    other.searchParams.set('application_name', 'other')
    const before = await readAllRows(local.pool)
    const summary = await refresh(context({ PRODUCTION_DATABASE_URL: other.href }))
    expect(summary).toMatchObject({ status: 'refused', findings: [{ code: 'operation.wrong-target' }] })
    expect(summary.findings[0]?.message).toContain('are the same')
    expect(await readAllRows(local.pool)).toEqual(before)
  })

  test('is refused into a database marked as production, and from one marked as anything else', async () => {
    await markEnvironment(local.pool, 'production', 'test')
    const into = await refresh()
    expect(into).toMatchObject({ status: 'refused', findings: [{ code: 'operation.wrong-target' }] })
    const swapped = await refresh(context({ PRODUCTION_DATABASE_URL: local.url }, production))
    expect(swapped).toMatchObject({ status: 'refused', findings: [{ code: 'operation.wrong-target' }] })
    await markEnvironment(local.pool, 'development', 'test')
    const from = await refresh(context({ PRODUCTION_DATABASE_URL: local.url }, production))
    expect(from.findings[0]?.message).toContain('marked as production')
  })

  test('needs its settings and a direct URL', async () => {
    await expect(refreshLocal(createOpsContext(local))).rejects.toThrow(
      /PRODUCTION_DATABASE_URL[^]*PRODUCTION_MARKERS/,
    )
    const url = new URL(production.url)
    url.searchParams.set('pgbouncer', 'true')
    const pooled = context({ PRODUCTION_DATABASE_URL: url.href })
    await expect(refreshLocal(pooled)).rejects.toThrow('direct address')
  })

  test('opens production read-only', async () => {
    await withProduction(production.url, silentLog, async (pool) => {
      await expect(pool.query(`DELETE FROM kb_edges`)).rejects.toThrow('read-only transaction')
    })
  })

  test(
    'reports concurrent writes to production',
    async () => {
      const ctx = context()
      let isWritten = false
      const onProgress = ({ label }: { label: string }) => {
        if (isWritten || label !== 'Exporting kb_kinds') return
        isWritten = true
        void production.pool.query(`UPDATE kb_kinds SET label = 'Land' WHERE key = 'country'`)
      }
      const summary = await refresh({ ...ctx, onProgress }, false)
      expect(summary).toMatchObject({ outcome: 'WARN' })
      expect(summary.findings.map(({ code }) => code)).toContain('refresh.production-moved')
    },
    patience,
  )

  test(
    'leaves the local database unchanged when interrupted',
    async () => {
      const before = await readAllRows(local.pool)
      const controller = new AbortController()
      const onProgress = ({ label }: { label: string }) =>
        void (label === 'Restoring kb_edges' && controller.abort())
      const summary = await refresh({ ...context(), signal: controller.signal, onProgress })
      expect(summary).toMatchObject({ status: 'failed', findings: [{ code: 'operation.canceled' }] })
      expect(await readAllRows(local.pool)).toEqual(before)
    },
    patience,
  )
})
