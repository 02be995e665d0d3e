import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { hashJson } from '../../../src/domain/hash.ts'
import type { JsonObject } from '../../../src/domain/json/value.ts'
import { backfillKnowledge } from '../../../src/ops/load/backfill-knowledge.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { readAllRows } from '../../support/table-rows.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const backfill = (state: JsonObject) =>
  withTransaction(database.pool, 'READ COMMITTED', (client) => backfillKnowledge(client, state))

describe('the backfill of a content state', () => {
  test('imports what it can, reports the rest with pointers from the root, and gives each entity a source', async () => {
    const constellation = {
      nodes: [{ id: 'Build', title: 'Build' }, { id: 'Notes' }, { id: 'bad', title: 'x\0' }],
      edges: [
        { source: 'build', target: 'NOTES' },
        { source: 'Build', target: 'ghost' },
      ],
    }
    const report = await backfill({ constellation, settings: { theme: 'dark' } })
    expect(report.payloadHash).toBe(hashJson(constellation))
    expect(report.refused.map(({ pointer }) => pointer)).toEqual([
      '/constellation/nodes/2/title',
      '/constellation/edges/1',
    ])
    expect(report.counts).toMatchObject({
      kb_entities: { inserted: 2 },
      kb_edges: { inserted: 1 },
      kb_entity_sources: { inserted: 2 },
    })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    const { rows } = await database.pool.query(
      `SELECT e.slug, s.uri, s.locator, r.key, r.input_hash FROM kb_entity_sources s JOIN kb_entities e ON e.id = s.entity_id
       JOIN kb_provenance_runs r ON r.id = s.run_id ORDER BY 1`,
    )
    expect(rows[0]).toEqual({
      slug: 'build',
      uri: 'urn:knowledge-backbone:content-state',
      locator: '$.constellation.nodes[?(@.id=="Build")]',
      key: 'backfill/constellation',
      input_hash: report.payloadHash,
    })
    const before = await readAllRows(database.pool)
    await backfill({ constellation, settings: { theme: 'light' } })
    expect(await readAllRows(database.pool)).toEqual(before)
  })

  test('reports a missing constellation', async () => {
    await expect(backfill({ pages: [] })).rejects.toThrow('no member `constellation`')
  })

  test('stores whatever the normalizer accepts: no payload is rejected by the database', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('a', 'x'.repeat(3000), 'ﷺ'.repeat(600), '\ufeff', '\u200b'),
    )
    const value = fc.oneof(text, fc.double(), fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' }))
    const node = fc.record(
      Object.fromEntries(
        [
          'id',
          'slug',
          'title',
          'kind',
          'domain',
          'summary',
          'url',
          'status',
          'tags',
          'x',
          'y',
          'weight',
          'extra',
        ].map((name) => [name, name === 'tags' ? fc.array(text) : value]),
      ),
      { requiredKeys: [] },
    )
    const end = fc.constantFrom('a', 'b')
    const edge = fc.record({ source: end, target: end, relation: text, label: text, weight: value })
    const payload = fc.record({
      nodes: fc.array(node).map((nodes) => [{ id: 'a' }, { id: 'b' }, ...nodes]),
      edges: fc.array(edge),
      domains: fc.array(fc.oneof(text, fc.record({ key: text, label: text, color: text }))),
      relations: fc.array(fc.record({ key: text, symmetric: fc.boolean(), inverse: text })),
    })
    class RollBack extends Error {}
    await fc.assert(
      fc.asyncProperty(payload, async (constellation) => {
        const tried = withTransaction(database.pool, 'READ COMMITTED', async (client) => {
          const first = await backfillKnowledge(client, { constellation } as JsonObject)
          const second = await backfillKnowledge(client, { constellation } as JsonObject)
          expect(
            Object.values(second.counts).every(
              ({ inserted, updated, deleted }) => inserted + updated + deleted === 0,
            ),
          ).toBe(true)
          expect(first.payloadHash).toBe(second.payloadHash)
          throw new RollBack()
        })
        await expect(tried).rejects.toBeInstanceOf(RollBack)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
