import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { readLedger } from '../../src/database/ledger.ts'
import type { JsonObject } from '../../src/domain/json-value.ts'
import { runMigration } from '../../src/ops/run-migration.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createNeonDriver } from '../../src/storage/drivers/neon.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createMigrationFolder } from '../support/migration-folder.ts'
import { createOpsContext } from '../support/ops-context.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

const run = (options: { apply?: boolean; planHash?: string | null; force?: boolean; reason?: string } = {}) =>
  runMigration(createOpsContext(database), { name: 'kb-backfill', apply: false, ...options })
async function save(state: JsonObject) {
  const driver = createNeonDriver(database.pool)
  const expectedVersion = (await driver.readHead())?.version ?? 0
  return createContentStore(driver).save({ change: { state }, expectedVersion, actor: 'ada' })
}
const constellation = (...ids: string[]) => ({
  constellation: {
    nodes: ids.map((id) => ({ id })),
    edges: [
      { source: ids[0]!, target: ids.at(-1)! },
      { source: ids[0]!, target: 'ghost' },
    ],
  },
})

describe('kb-backfill', () => {
  test('plans and applies the same, names what it refused with pointer and reason, and leaves a provenance run', async () => {
    await save(constellation('Köln', 'rhine'))
    const dry = await run()
    expect(dry).toMatchObject({
      status: 'succeeded',
      counts: { inserted: { kb_entities: 2, kb_edges: 1, kb_provenance_runs: 1, kb_entity_sources: 2 } },
      findings: [
        {
          code: 'backfill.refused',
          severity: 'warning',
          subject: '/constellation/edges/1',
          message: expect.stringContaining('ghost') as string,
        },
      ],
      report: { source: { backend: 'neon', version: 1 }, refused: [{ pointer: '/constellation/edges/1' }] },
    })
    const applied = await run({ apply: true, planHash: dry.planHash })
    expect(applied).toMatchObject({ status: 'succeeded', payloadHash: dry.payloadHash, counts: dry.counts })
    const { rows } = await database.pool.query('SELECT key, input_hash FROM kb_provenance_runs')
    expect(rows).toEqual([{ key: 'backfill/constellation', input_hash: applied.payloadHash }])
  })

  test('runs again when the payload changed, and only then', async () => {
    await save(constellation('a', 'b'))
    const first = await run({ apply: true })
    await save({ ...constellation('a', 'b'), theme: 'dark' })
    expect(await run({ apply: true })).toMatchObject({
      report: { alreadyApplied: true },
      resultHash: first.resultHash,
    })
    await save(constellation('a', 'b', 'c'))
    expect(await run({ apply: true })).toMatchObject({
      report: { alreadyApplied: false },
      counts: { inserted: { kb_entities: 1 }, unchanged: { kb_entities: 2 } },
    })
    // The first payload once more: it is not the last one that was applied.
    await save(constellation('a', 'b'))
    expect(await run({ apply: true })).toMatchObject({ report: { alreadyApplied: false } })
    expect(await readLedger(database.pool)).toHaveLength(3)
    expect(await run({ apply: true, force: true, reason: 'the graph was edited by hand' })).toMatchObject({
      status: 'succeeded',
      report: { alreadyApplied: false },
    })
  })

  test('runs again after a migration or a rollback wrote the graph, though the payload is the same', async () => {
    const folder = createMigrationFolder()
    onTestFinished(() => folder.remove())
    const name = '20260101_1_test_to_neon_weights'
    folder.write(name, {
      writes: "['kb_edges']",
      up: `async ({ sql }) => { await sql('DELETE FROM kb_edges') }`,
    })
    const apply = (which: string) =>
      runMigration(createOpsContext(database), { name: which, apply: true, folder: folder.path })
    await save(constellation('a', 'b'))
    await apply('kb-backfill')
    expect(await apply('kb-backfill')).toMatchObject({ report: { alreadyApplied: true } })
    expect(await apply(name)).toMatchObject({ counts: { deleted: { kb_edges: 1 } } })
    expect(await apply('kb-backfill')).toMatchObject({
      report: { alreadyApplied: false },
      counts: { inserted: { kb_edges: 1 } },
    })
    expect(await apply('kb-backfill')).toMatchObject({ report: { alreadyApplied: true } })
  })

  test('refuses a content state that is not there or has no constellation', async () => {
    expect(await run()).toMatchObject({
      status: 'refused',
      report: { preconditions: [{ status: 'FAIL' }, { status: 'FAIL' }] },
    })
    await save({ pages: [] })
    expect(await run()).toMatchObject({
      status: 'refused',
      report: { preconditions: [{ status: 'PASS' }, { status: 'FAIL' }] },
    })
  })

  test('goes on when another writer committed to the graph in between', async () => {
    await save(constellation('a', 'b'))
    let hasWritten = false
    const summary = await runMigration(createOpsContext(database), {
      name: 'kb-backfill',
      apply: true,
      onStep: async (step) => {
        if (step !== 'work-begun' || hasWritten) return
        hasWritten = true
        await database.pool.query(`INSERT INTO kb_domains (key, label) VALUES ('new', 'New')`)
      },
    })
    expect(summary).toMatchObject({
      status: 'succeeded',
      counts: { before: { kb_domains: 1 }, inserted: { kb_entities: 2 } },
    })
  })
})
