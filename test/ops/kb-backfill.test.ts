import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { readLedger } from '../../src/database/operations/ledger.ts'
import type { JsonObject } from '../../src/domain/json/value.ts'
import { runMigration } from '../../src/ops/migrations/run-migration.ts'
import { createContentStore } from '../../src/storage/content-store.ts'
import { createNeonDriver } from '../../src/storage/drivers/neon.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createMigrationFolder } from '../support/migration-folder.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { runKbHere } from '../support/run-kb.ts'

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
  test('applies what it planned, reports rejected items with pointer and reason, and records a provenance run', async () => {
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

  test('rejects each value that the database would reject, with its pointer, and imports the rest', async () => {
    const hash = 'a'.repeat(64)
    const long = 'e\u0301'.repeat(800)
    await save({
      constellation: {
        kinds: [{ key: 'thing', label: '\u200B', attributeSchema: { type: 'strnig' } }],
        domains: [{ key: 'd', position: -1 }],
        nodes: [
          { id: 'a', title: '😀'.repeat(500), tags: ['🏷'.repeat(200)] },
          { id: 'b', title: '😀'.repeat(501), tags: ['x'.repeat(201)], url: `https://b.example/${long}` },
          { id: 'c', weight: '1e999', x: 'NaN', y: 1, status: 7 },
        ],
        edges: [{ source: 'a', target: 'b', relation: 'r', weight: 'Infinity' }],
        media: [
          {
            key: 'm',
            url: '/m.png',
            mimeType: 'image/png',
            durationSeconds: -1,
            width: 0,
            height: 2 ** 31,
            byteSize: -1,
            contentHash: 'x',
            focalPoint: { x: 2, y: 0 },
            entities: [{ entity: 'a', position: 2 ** 31 }],
            derivatives: [
              { preset: 'w', url: '/w.webp', mimeType: 'image/webp', width: -1, recipeHash: hash },
            ],
          },
        ],
        workflows: { ['w'.repeat(600)]: { steps: [{ title: 'One', position: 2 ** 31 }] } },
        runs: [{ key: 'run', tool: 'hand', inputHash: 'x' }],
        sources: [
          {
            entity: 'a',
            run: 'run',
            uri: 'https://a.example',
            retrievedAt: '2026-02-30T00:00:00Z',
            confidence: 2,
          },
          { entity: 'b', run: 'run', uri: `https://b.example/${long}` },
          { entity: 'c', run: 'run', uri: 'https://c.example', retrievedAt: '2026-02-28T00:00:00+16:00' },
        ],
      },
    })
    const summary = await run({ apply: true })
    expect(summary).toMatchObject({
      status: 'succeeded',
      counts: {
        inserted: {
          kb_entities: 3,
          kb_edges: 1,
          kb_media_objects: 1,
          kb_media_derivatives: 1,
          kb_workflows: 1,
        },
      },
    })
    expect(summary.findings.map(({ subject }) => subject.replace('/constellation', '')).sort()).toEqual(
      [
        '/domains/0/position',
        '/kinds/0/attributeSchema',
        '/media/0/byteSize',
        '/media/0/contentHash',
        '/media/0/derivatives/0/width',
        '/media/0/durationSeconds',
        '/media/0/focalPoint',
        '/media/0/height',
        '/media/0/width',
        '/runs/0/inputHash',
        '/sources/0/confidence',
        '/sources/0/retrievedAt',
        '/sources/1',
      ].sort(),
    )
    const { rows } = await database.pool.query<{ uri: string; at: Date | null }>(
      `SELECT uri, retrieved_at AS at FROM kb_entity_sources WHERE uri LIKE 'https:%' ORDER BY uri`,
    )
    expect(rows).toEqual([
      { uri: 'https://a.example', at: null },
      { uri: 'https://c.example', at: new Date('2026-02-27T08:00:00Z') },
    ])
    const places = summary.warnings.map((warning) => warning.split(' ')[0]!.replace('/constellation', ''))
    expect(places).toEqual(
      expect.arrayContaining(['/kinds/0/label', '/nodes/1/title', '/nodes/1/tags', '/nodes/1/url', '/nodes/2/weight', '/edges/0/weight', '/media/0/entities/0']), // prettier-ignore
    )
  })

  test('lists adjusted values as warnings and prints their number', async () => {
    await save({
      constellation: { nodes: [{ id: 'a', url: 'javascript:alert(1)', title: ' ', kind: 'citty' }] },
    })
    const { warnings } = await run()
    expect(warnings).toEqual([
      '/constellation/nodes/0/title shows nothing, so it counts as not given',
      '/constellation/nodes/0/url cannot be used as it stands; kept among the attributes',
      '/constellation/nodes/0 has no usable title; its title is `a`',
      '/constellation/nodes/0 `citty` is not declared in `kinds`; `citty` is made',
    ])
    const { stdout } = await runKbHere(['migrate', 'kb-backfill'], { DATABASE_URL: database.url })
    for (const warning of warnings) expect(stdout).toContain(`warning: ${warning}`)
    expect(stdout).toContain('findings: 0, warnings: 4')
  })

  test('undeclared vocabulary replaces its details in the graph, with a warning', async () => {
    await database.pool.query(
      `INSERT INTO kb_kinds (key, label, attribute_schema) VALUES ('city', 'city', '{"type": "object"}'), ('river', 'River', NULL)`,
    )
    const nodes = [
      { id: 'a', kind: 'city' },
      { id: 'b', kind: 'River' },
    ]
    await save({ constellation: { nodes } })
    const replaced = ({ warnings }: { warnings: string[] }) =>
      warnings.filter((each) => each.includes('replaced'))
    expect(replaced(await run())).toEqual([
      expect.stringMatching(/^\/constellation\/kinds does not declare `city`/),
    ])
    await save({ constellation: { kinds: [{ key: 'city', attributeSchema: { type: 'object' } }], nodes } })
    expect(replaced(await run())).toEqual([])
  })

  test('runs again only if the payload changed', async () => {
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

  test('runs again after a migration or rollback wrote the graph, even for the same payload', async () => {
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

  test('refuses a missing content state or one without a constellation', async () => {
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

  test('continues after a concurrent commit to the graph', async () => {
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
