import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { backfillKnowledge } from '../../../src/ops/load/backfill-knowledge.ts'
import { detectKnowledgeDrift, type DriftReport } from '../../../src/ops/parity/detect-drift.ts'
import { createDatabaseReader } from '../../../src/readers/database/database-reader.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { createContentStore } from '../../../src/storage/content-store.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createOpsContext } from '../../support/ops-context.ts'

const state = {
  constellation: {
    nodes: [
      { id: 'Portugal', kind: 'country', domain: 'europe', tags: ['b', 'a'], x: 1, y: 2, weight: 3 },
      { id: 'Spain', kind: 'country', domain: 'europe', population: 48 },
      { id: '日本', kind: 'country' },
    ],
    edges: [{ source: 'Portugal', target: 'Spain', relation: 'borders', weight: 0.5 }],
    domains: [{ key: 'europe', label: 'Europe', color: '#0000ff' }],
  },
}

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const ctx = createOpsContext(database)
  await createContentStore(ctx.storage.driver).save({
    change: { state },
    expectedVersion: 0,
    actor: 'ada',
    note: null,
  })
  await withTransaction(database.pool, 'READ COMMITTED', (client) => backfillKnowledge(client, state))
})
afterAll(() => database.drop())

async function drift(options = {}) {
  const summary = await detectKnowledgeDrift(createOpsContext(database), options)
  return { ...summary, report: summary.report as unknown as DriftReport }
}
/** The drift while a change by hand is there. */
async function driftAfter(change: string, undo: string) {
  await database.pool.query(change)
  try {
    return await drift()
  } finally {
    await database.pool.query(undo)
  }
}

describe('knowledge drift', () => {
  test('is empty if the graph equals the payload, with equal hashes', async () => {
    const { outcome, report, findings } = await drift()
    expect(findings).toEqual([])
    expect(outcome).toBe('PASS')
    expect(report.counts).toMatchObject({ added: 0, changed: 0, removed: 0 })
    expect(report.counts.unchanged).toBeGreaterThan(5)
    expect(report.databaseHash).toBe(report.legacyHash)
    expect(report.databaseHash).toBe(await createDatabaseReader(database.pool).graphHash())
  })

  test.each([
    [
      'a title',
      `UPDATE kb_entities SET title = 'Lusitania' WHERE slug = 'portugal'`,
      `UPDATE kb_entities SET title = 'Portugal' WHERE slug = 'portugal'`,
      {
        operation: 'CHANGED',
        subjectKey: 'portugal',
        patch: [{ op: 'replace', path: '/title', value: 'Lusitania' }],
      },
    ],
    [
      'a tag',
      `DELETE FROM kb_entity_tags WHERE tag = 'a'`,
      `INSERT INTO kb_entity_tags (entity_id, tag) SELECT id, 'a' FROM kb_entities WHERE slug = 'portugal'`,
      { operation: 'CHANGED', subjectKey: 'portugal' },
    ],
    [
      'a removed edge',
      `CREATE TABLE kept AS SELECT * FROM kb_edges; DELETE FROM kb_edges`,
      `INSERT INTO kb_edges SELECT * FROM kept; DROP TABLE kept`,
      { operation: 'REMOVED', subjectType: 'GraphEdge', subjectKey: 'borders|portugal|spain' },
    ],
    [
      'an entity that is not in the payload',
      `INSERT INTO kb_entities (slug, kind_key, title, content_hash) VALUES ('atlantis', 'country', 'Atlantis', repeat('0', 64))`,
      `DELETE FROM kb_entities WHERE slug = 'atlantis'`,
      { operation: 'ADDED', subjectType: 'Entity', subjectKey: 'atlantis' },
    ],
  ])('finds and reports %s', async (_, change, undo, difference) => {
    const { status, outcome, report, findings } = await driftAfter(change, undo)
    expect({ status, outcome }).toEqual({ status: 'succeeded', outcome: 'FAIL' })
    expect(report.differences).toEqual([expect.objectContaining(difference)])
    expect(findings[0]!.message).toContain(difference.subjectKey)
    expect(report.databaseHash).not.toBe(report.legacyHash)
    expect(await drift()).toMatchObject({ outcome: 'PASS' })
  })

  test('reports rejected items as warnings, or as failures on request', async () => {
    const { constellation } = state
    const broken = {
      constellation: { ...constellation, edges: [...constellation.edges, { source: 'x', target: 'Spain' }] },
    }
    const ctx = createOpsContext(database)
    const store = createContentStore(ctx.storage.driver)
    await store.save({ change: { state: broken }, expectedVersion: 1, actor: 'ada', note: null })
    expect(await drift()).toMatchObject({
      outcome: 'WARN',
      findings: [{ severity: 'warning', subject: '/constellation/edges/1' }],
    })
    expect(await drift({ failOn: 'WARN' })).toMatchObject({ outcome: 'FAIL' })
  })

  test('of a deployment that is not allowed is refused', async () => {
    expect(await drift({ legacyUrl: 'http://169.254.169.254/latest' })).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.wrong-target' }],
    })
  })

  test('without a payload is refused', async () => {
    const empty = await createTestDatabase()
    const summary = await detectKnowledgeDrift(createOpsContext(empty), {})
    await empty.drop()
    expect(summary).toMatchObject({
      status: 'refused',
      findings: [{ code: 'operation.precondition-failed' }],
    })
  })
})
