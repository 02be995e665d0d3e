import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { tryLockBulkWrites } from '../../../src/database/graph/writer.ts'
import { importWordNet, type WordNetReport } from '../../../src/ops/load/import-wordnet.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { startGraphApi } from '../../support/graph-api.ts'
import { checkRandomPages, pagedLists } from '../../support/paging-property.ts'
import { silentLog } from '../../support/silent-log.ts'
import { readAllRows } from '../../support/table-rows.ts'

/** Twice half a million rows; seconds on an idle machine, minutes on one that runs everything else at once. */
const patience = 400_000

let database: TestDatabase
/** As operations have it: without a limit on statements. */
let importing: Pool
let report: WordNetReport
const shares: number[] = []
beforeAll(async () => {
  database = await createTestDatabase()
  importing = createPool(database.url, { log: silentLog, statementTimeout: 0 })
  report = await importWordNet({ pool: importing, onProgress: ({ share }) => shares.push(share) })
}, patience)
afterAll(async () => {
  await importing.end()
  await database.drop()
})

const query = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows

describe('WordNet', () => {
  test('is complete in the graph: all synsets and pointers, symmetric ones once per pair', async () => {
    expect(report.counts['kb_entities']).toEqual({ inserted: 117_791, updated: 0, deleted: 0, unchanged: 0 })
    expect(report.counts['kb_edges']).toEqual({ inserted: 350_600, updated: 0, deleted: 0, unchanged: 0 })
    const relations = await query(`SELECT relation_key AS key, count(*)::int AS count FROM kb_edges
      WHERE relation_key IN ('hypernym', 'hyponym', 'antonym', 'similar_to', 'domain_topic') GROUP BY 1 ORDER BY 1`)
    expect(relations).toEqual([
      { key: 'antonym', count: 3802 },
      { key: 'domain_topic', count: 6689 },
      { key: 'hypernym', count: 89_172 },
      { key: 'hyponym', count: 89_172 },
      { key: 'similar_to', count: 10_717 },
    ])
  })

  test('has slugs like the synset names of NLTK', async () => {
    const [dog] = await query(`SELECT title, kind_key, domain_key, summary, attributes,
      (SELECT array_agg(tag) FROM kb_entity_tags t WHERE t.entity_id = e.id) AS tags FROM kb_entities e WHERE slug = 'dog.n.01'`)
    expect(dog).toMatchObject({
      title: 'dog',
      kind_key: 'noun',
      domain_key: 'nature',
      tags: ['noun.animal'],
      attributes: {
        lemmas: ['dog', 'domestic dog', 'Canis familiaris'],
        examples: ['the dog barked all night'],
      },
    })
    expect(
      await query(
        `SELECT target_slug AS t FROM kb_edges WHERE source_slug = 'dog.n.01' AND relation_key = 'hypernym' ORDER BY 1`,
      ),
    ).toEqual([{ t: 'canine.n.02' }, { t: 'domestic_animal.n.01' }])
    const rare = await query(
      `SELECT slug, title FROM kb_entities WHERE slug IN ('hood.n.01', 'hood.n.01-2', 'able.a.01', 'galore.s.01') ORDER BY 1`,
    )
    expect(rare).toEqual([
      { slug: 'able.a.01', title: 'able' },
      { slug: 'galore.s.01', title: 'galore' },
      { slug: 'hood.n.01', title: 'hood' },
      { slug: 'hood.n.01-2', title: "'hood" },
    ])
  })

  test('reports progress as a share that never falls and ends at one', () => {
    expect(shares.length).toBeGreaterThan(50)
    expect(shares.every((share, at) => share >= (shares[at - 1] ?? 0) - 1e-9)).toBe(true)
    expect(shares.at(-1)).toBe(1)
  })

  test('is idempotent', { timeout: patience }, async () => {
    const before = await readAllRows(database.pool)
    const again = await importWordNet({ pool: importing })
    expect(again.counts).toMatchObject({
      kb_entities: { inserted: 0, updated: 0, unchanged: 117_791 },
      kb_entity_tags: { inserted: 0, deleted: 0, unchanged: 117_791 },
      kb_edges: { inserted: 0, updated: 0, unchanged: 350_600 },
      kb_entity_sources: { inserted: 0, updated: 0, unchanged: 117_791 },
    })
    expect(await readAllRows(database.pool)).toEqual(before)
  })

  test(
    '1,000 random pages, in random order and direction, equal slices of the full lists',
    { timeout: patience },
    async () => {
      // A machine that runs everything else at once may take long to order it all by degree; what is asked here is what comes.
      const armour = { operationTimeoutMs: 120_000 }
      const api = await startGraphApi(() => Promise.resolve(), database, { armour })
      await checkRandomPages(api, pagedLists, 1000)
      await api.server.stop()
    },
  )

  test('is refused while another bulk write runs', async () => {
    await withTransaction(database.pool, 'READ COMMITTED', async (client) => {
      expect(await tryLockBulkWrites(client)).toBe(true)
      await expect(importWordNet({ pool: database.pool })).rejects.toMatchObject({ outcome: 'busy' })
    })
  })
})
