import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SettingsError } from '../../../src/errors.ts'
import type { CheckReport } from '../../../src/ops/run/summary.ts'
import type { OpsContext } from '../../../src/ops/run/context.ts'
import { rehearseOutage } from '../../../src/ops/content/rehearse-outage.ts'
import { verifyBlobFallback } from '../../../src/ops/content/verify-blob-fallback.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createBlobDriver } from '../../../src/storage/drivers/blob.ts'
import { startBlobServer, type BlobServer } from '../../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'
import { runKb, runKbHere } from '../../support/run-kb.ts'

let database: TestDatabase
let server: BlobServer
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query('TRUNCATE admin_content_state, admin_history')
  server = await startBlobServer({ pageSize: 3 })
})
afterEach(() => server.stop())

const open = () => createOpsContext(database, { ...server.env })
/** Saves to the database, and so to Blob as its fallback. */
async function save(versions: number, ctx: OpsContext = open()): Promise<void> {
  for (let version = 1; version <= versions; version++) {
    const state = { constellation: { nodes: [{ id: 'a', version }] }, version }
    const saved = await createContentStore(ctx.storage.driver).save({
      change: { state },
      expectedVersion: version - 1,
      actor: 'ada',
    })
    expect(saved.writtenTo).toEqual(['neon', 'blob'])
  }
}
async function verify(ctx = open(), options = {}) {
  const summary = await verifyBlobFallback(ctx, options)
  const checks = (summary.report['checks'] ?? []) as CheckReport[]
  return { ...summary, statuses: Object.fromEntries(checks.map(({ name, status }) => [name, status])) }
}
const allPass = {
  'blob access': 'PASS',
  'blob state': 'PASS',
  'blob history': 'PASS',
  'database state': 'PASS',
  'database history': 'PASS',
  outage: 'PASS',
}

describe('verifyBlobFallback', () => {
  test('passes if Blob equals the database and would serve readers in an outage', async () => {
    await save(4)
    const summary = await verify()
    expect(summary).toMatchObject({ status: 'succeeded', outcome: 'PASS', findings: [], statuses: allPass })
    const { blob, database: inDatabase } = summary.report as { blob: object; database: object }
    expect(blob).toEqual(inDatabase)
    const run = await database.pool.query('SELECT kind, outcome FROM admin_runs WHERE id = $1', [
      summary.runId,
    ])
    expect(run.rows).toEqual([{ kind: 'BLOB_FALLBACK', outcome: 'PASS' }])
  })

  test('passes without a database URL and does not open the embedded one', async () => {
    await save(1)
    const ctx = { ...open(), pool: null } as never
    expect(await verify(ctx, { simulateOutage: false })).toMatchObject({
      outcome: 'PASS',
      runId: null,
      statuses: { 'blob state': 'PASS', database: 'SKIPPED', outage: 'SKIPPED' },
    })
  })

  test('reports where the states differ', async () => {
    await save(2)
    await database.pool.query(
      `UPDATE admin_content_state SET state = jsonb_set(state, '{constellation,nodes,0,version}', '7')`,
    )
    const changed = await verify()
    expect(changed).toMatchObject({ outcome: 'FAIL', statuses: { ...allPass, 'database state': 'FAIL' } })
    expect(changed.findings).toMatchObject([{ code: 'blob-fallback.database-state', severity: 'error' }])
    expect(changed.findings[0]!.message).toContain('/constellation/nodes/0/version')
    expect(changed.report['differences']).toEqual([
      { op: 'replace', path: '/constellation/nodes/0/version', value: 7 },
    ])
  })

  test('detects a diverged history and a Blob that lags behind', async () => {
    await save(3)
    await database.pool.query(`UPDATE admin_history SET hash = repeat('0', 64) WHERE version = 2`)
    const parted = await verify()
    expect(parted.statuses).toEqual({ ...allPass, 'database history': 'FAIL' })
    expect(parted.findings[0]!.message).toContain('they diverge at version 2')
    await database.pool.query('TRUNCATE admin_history, admin_content_state')
    expect((await verify()).statuses).toMatchObject({ 'blob state': 'PASS', 'database state': 'FAIL' })
  })

  test('fails if Blob is empty, damaged or down', async () => {
    expect(await verify()).toMatchObject({
      status: 'succeeded',
      outcome: 'FAIL',
      statuses: { 'blob state': 'FAIL' },
    })
    await save(2)
    const [old] = [...server.blobs.keys()].filter((path) => path.includes('/states/'))
    const { body } = server.blobs.get(old!)!
    server.damage(old!, body.toString().replace('"a"', '"b"'))
    expect(await verify()).toMatchObject({
      status: 'failed',
      findings: [
        { code: 'operation.backend-unavailable', message: expect.stringContaining('its hash differs') },
      ],
    })
    server.damage(old!, body.toString())
    server.blobs.delete([...server.blobs.keys()].find((path) => path.includes('versions/0000000001'))!)
    expect((await verify()).findings[0]!.message).toContain('is missing from the Blob store')
  })

  test('needs a token', async () => {
    const ctx = createOpsContext(database, { ADMIN_FILE_PATH: 'x' })
    await expect(verifyBlobFallback(ctx)).rejects.toThrow(SettingsError)
    expect(await runKb(['blob', 'fallback-verify'], { DATABASE_URL: database.url })).toMatchObject({
      code: 2,
    })
  })

  test('is `kb blob fallback-verify`, with its exit codes', async () => {
    const env = { ...server.env, DATABASE_URL: database.url }
    expect((await runKbHere(['blob', 'fallback-verify'], env)).code).toBe(1)
    await save(1)
    const passed = await runKb(['blob', 'fallback-verify', '--json'], env)
    expect(passed.code).toBe(0)
    expect(JSON.parse(passed.stdout)).toMatchObject({ operation: 'blob-fallback', outcome: 'PASS' })
    const alone = await runKbHere(['blob', 'fallback-verify', '--no-outage'], server.env)
    expect(alone.code).toBe(0)
    expect(alone.stdout).toContain('SKIPPED database')
    server.faults.outage = 503
    expect((await runKb(['blob', 'fallback-verify'], env)).code).toBe(1)
  })
})

describe('rehearseOutage', () => {
  test('fails if the fallback would serve another state, or none', async () => {
    await save(2)
    const blob = createBlobDriver({ token: server.token, prefix: 'admin/' })
    const [current, former] = [await blob.read(), await blob.readVersion(1)]
    expect(await rehearseOutage(blob, current!)).toMatchObject({ status: 'PASS' })
    expect(await rehearseOutage(blob, former!)).toMatchObject({
      status: 'FAIL',
      detail: 'readers got version 2',
    })
  })
})
