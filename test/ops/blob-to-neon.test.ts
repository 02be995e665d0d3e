import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashJson } from '../../src/domain/hash.ts'
import type { JsonObject } from '../../src/domain/json/value.ts'
import type { RunMigrationOptions } from '../../src/ops/migrations/migration-request.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import type { ContentDriver, ContentVersion } from '../../src/storage/content-driver.ts'
import { startBlobServer, type BlobServer } from '../support/blob-server.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createOpsContext } from '../support/ops-context.ts'

let database: TestDatabase
let blobServer: BlobServer
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  blobServer = await startBlobServer({ pageSize: 5 })
  folder = mkdtempSync(join(tmpdir(), 'kb-blob-to-neon-'))
})
afterEach(async () => {
  await blobServer.stop()
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

const context = () =>
  createOpsContext(database, {
    BLOB_READ_WRITE_TOKEN: blobServer.token,
    ADMIN_FILE_PATH: join(folder, 'content.json'),
    ADMIN_STORAGE_BACKEND: 'blob',
  })
const run = (options: Partial<RunMigrationOptions> = {}) =>
  runMigration(context(), { name: 'blob-to-neon', apply: false, ...options })
const store = (kind: 'blob' | 'file' | 'neon') => context().storage.driverOf(kind)

async function save(driver: ContentDriver, states: readonly JsonObject[]): Promise<void> {
  for (const state of states) {
    const version = ((await driver.readHead())?.version ?? 0) + 1
    const next: ContentVersion = {
      version,
      state,
      hash: hashJson(state),
      note: version % 2 === 0 ? null : `note ${version}`,
      createdAt: `2026-02-11T14:38:${String(version).padStart(2, '0')}.123456Z`,
      createdBy: 'ada',
      restoredFrom: version === 3 ? 1 : null,
    }
    await driver.append(next, version - 1)
  }
}

async function history(kind: 'blob' | 'file' | 'neon'): Promise<ContentVersion[]> {
  const driver = store(kind)
  const heads = await driver.listVersions({ limit: 1000, order: 'oldest-first' })
  return Promise.all(heads.map(async ({ version }) => (await driver.readVersion(version))!))
}

const states = Array.from({ length: 12 }, (_, at) => ({
  constellation: { nodes: [{ id: `n${at}`, weight: at / 3 }] },
  'ü\u{1f600}': at,
}))

describe('the content state, Blob to database', () => {
  test.each(['blob', 'file'] as const)('moves every version of the %s store exactly', async (kind) => {
    await save(store(kind), states)
    const options = { parameters: { source: kind } }
    const dry = await run(options)
    expect(dry).toMatchObject({
      name: '20260211_1002_blob_to_neon_admin_state',
      status: 'succeeded',
      counts: { before: { admin_history: 0 }, inserted: { admin_history: 12, admin_content_state: 1 } },
      report: { source: { records: 12 } },
    })
    expect(await history('neon')).toEqual([])
    const applied = await run({ ...options, apply: true, planHash: dry.planHash })
    expect(applied).toMatchObject({ status: 'succeeded', payloadHash: dry.payloadHash })
    expect(await history('neon')).toEqual(await history(kind))
    expect(await store('neon').read()).toEqual(await store(kind).read())
    expect(await run({ ...options, apply: true })).toMatchObject({ report: { alreadyApplied: true } })
  })

  test('continues if the target has the first versions, and refuses a target with different ones', async () => {
    await save(store('blob'), states.slice(0, 4))
    await save(store('neon'), states.slice(0, 2))
    expect(await run()).toMatchObject({
      status: 'succeeded',
      counts: { inserted: { admin_history: 2 }, updated: { admin_content_state: 1 } },
    })
    await save(store('neon'), [{ mine: true }])
    expect(await run({ apply: true })).toMatchObject({
      status: 'refused',
      findings: [{ message: expect.stringContaining('its version 3 is not that of the source') as string }],
    })
    expect(await history('neon')).toHaveLength(3)
  })

  test('with force, appends the state of the source to a diverged history, which it keeps', async () => {
    await save(store('blob'), states.slice(0, 2))
    await run({ apply: true })
    await save(store('neon'), [{ broken: true }])
    const before = await history('neon')
    const forced = await run({ apply: true, force: true, reason: 'version 3 is broken' })
    expect(forced).toMatchObject({ status: 'succeeded', counts: { inserted: { admin_history: 1 } } })
    const after = await history('neon')
    expect(after.slice(0, 3)).toEqual(before)
    expect(after[3]).toMatchObject({
      version: 4,
      state: states[1],
      note: expect.stringContaining('version 3 is broken') as string,
    })
    expect(await store('neon').read()).toEqual(after[3])
  })

  test('refuses an empty or unreadable source', async () => {
    expect(await run()).toMatchObject({
      status: 'refused',
      findings: [
        {
          message: expect.stringContaining(
            'the source has a content state (the blob store has 0 versions)',
          ) as string,
        },
      ],
    })
    await save(store('blob'), states.slice(0, 2))
    blobServer.faults.outage = 'cut'
    expect(await run({ apply: true })).toMatchObject({
      status: 'failed',
      findings: [{ code: 'operation.backend-unavailable' }],
    })
    blobServer.faults.outage = null
    expect(await run({ apply: true })).toMatchObject({ status: 'succeeded' })
  }, 60_000)

  test('refuses a source that changed since the dry run', async () => {
    await save(store('blob'), states.slice(0, 2))
    const { planHash } = await run()
    await save(store('blob'), states.slice(2, 3))
    expect(await run({ apply: true, planHash })).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.plan-mismatch' }],
      counts: { inserted: { admin_history: 3 } },
    })
    expect(await history('neon')).toEqual([])
  })
})
