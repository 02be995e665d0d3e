import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { checkRandomPages, pagedLists } from '../support/paging-property.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi(async (pool) => {
    await writeSmallGraph(pool)
    // Ties and nulls, which keyset paging gets wrong first.
    await pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, domain_key, weight, status, created_at, content_hash)
       SELECT 'e-' || i, CASE i % 2 WHEN 0 THEN 'country' ELSE 'city' END, 'Title ' || i % 7, CASE i % 3 WHEN 0 THEN 'geography' WHEN 1 THEN 'languages' END,
         CASE WHEN i % 5 > 0 THEN i % 4 / 3.0 END, CASE i % 11 WHEN 0 THEN 'DRAFT' ELSE 'PUBLISHED' END::kb_publication_status,
         timestamptz '2026-01-01' + i % 6 * interval '1 microsecond', repeat('a', 64) FROM generate_series(1, 300) i`,
    )
    await pool.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, content_hash)
       SELECT CASE i % 2 WHEN 0 THEN 'knows' ELSE 'speaks' END, 'e-' || i, 'e-' || 1 + i * 7 % 300, CASE i % 3 WHEN 0 THEN i % 5 END, repeat('a', 64) FROM generate_series(1, 300) i`,
    )
  })
}, 60_000)
afterAll(() => api.stop())

describe('pages', () => {
  it('of every list and order are the slices of the whole list', { timeout: 120_000 }, async () => {
    await checkRandomPages(api, pagedLists, 600)
  })

  it('are checked by a property that can fail', async () => {
    const wrong = {
      ...pagedLists[0]!,
      sql: pagedLists[0]!.sql.replace('ORDER BY slug', 'ORDER BY slug DESC'),
    }
    await expect(checkRandomPages(api, [wrong], 20)).rejects.toThrow('Property failed')
  })
})
