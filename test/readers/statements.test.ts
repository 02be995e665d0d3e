import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFieldSet } from '../../src/readers/fields.ts'
import { createDatabaseReader } from '../../src/readers/database/database-reader.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

/** Hubs are each other's neighbors, with as many spokes each: rows grow quadratically. */
const hubs = 60
async function writeHubs(pool: Pool): Promise<void> {
  await pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
  await pool.query(`INSERT INTO kb_relations (key, label) VALUES ('to', 'to')`)
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) SELECT 'hub-' || lpad(i::text, 3, '0'), 'thing', 'Hub ' || i, 'PUBLISHED', repeat('a', 64) FROM generate_series(1, $1) i`,
    [hubs],
  )
  await pool.query(
    `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) SELECT 'to', a.slug, b.slug, repeat('a', 64) FROM kb_entities a, kb_entities b`,
  )
  await pool.query(
    `INSERT INTO kb_entity_tags SELECT id, 'tag ' || i FROM kb_entities, generate_series(1, 5) i`,
  )
  await pool.query(
    `INSERT INTO kb_media_objects (key, kind, url, mime_type) SELECT 'm-' || i, 'IMAGE', '/media/' || i, 'image/png' FROM generate_series(1, 30) i`,
  )
  await pool.query(
    `INSERT INTO kb_entity_media (entity_id, media_id) SELECT e.id, m.id FROM kb_entities e, kb_media_objects m`,
  )
  await pool.query(`INSERT INTO kb_provenance_runs (key, tool, status) VALUES ('run', 'tool', 'SUCCEEDED')`)
  await pool.query(
    `INSERT INTO kb_entity_sources (entity_id, run_id, uri) SELECT e.id, r.id, 'https://example.org/' || i FROM kb_entities e, kb_provenance_runs r, generate_series(1, 30) i`,
  )
}

let api: GraphApi
beforeAll(async () => {
  // This counts statements; test/http/limits/armour.test.ts covers cost.
  api = await startGraphApi(writeHubs, undefined, { armour: { maxCost: 1_000_000 } })
})
afterAll(() => api.stop())

async function cost(query: string) {
  api.statements.length = 0
  const data = await api.query(query)
  return {
    statements: api.statements.length,
    rows: api.statements.reduce((sum, { rowCount }) => sum + rowCount, 0),
    data,
  }
}

const nested = (outer: number, inner: number) => `{ entities(first: ${outer}) { nodes { title tags degree
  edges(direction: OUT, first: ${inner}) { totalCount nodes { relation { key label } target { title degree edges(first: ${inner}) { nodes { id target { slug } } } } } }
  neighbors(first: ${inner}) { nodes { title kind { label } } }
  media(first: ${inner}) { nodes { key derivatives { url } usedBy(first: ${inner}) { totalCount nodes { slug } } } }
  workflows { nodes { slug } } sources(first: ${inner}) { totalCount nodes { run { key } entity { title } } } } } }`

describe('the SQL of a request', () => {
  it('uses as many statements for one row as for many', async () => {
    const one = await cost(nested(1, 1))
    const many = await cost(nested(50, 10))
    expect(many.statements).toBe(one.statements)
    expect(one.statements).toBeLessThanOrEqual(20)
  })

  it('reads one row more than a nested list may have, and no others', async () => {
    const { rows, statements } = await cost(
      `{ entities(first: 40) { nodes { edges(direction: OUT, first: 3) { nodes { target { edges(first: 2) { nodes { id } } } } } } } }`,
    )
    expect(statements).toBe(3)
    // 41 entities, 4 edges for each of 40, and 3 for each of the 3 targets, out of 60 x 60 edges.
    expect(rows).toBe(41 + 40 * 4 + 3 * 3)
  })

  it('counts only if a count is selected', async () => {
    const plain = await cost(`{ entities(first: 2) { nodes { slug } } }`)
    const counted = await cost(`{ entities(first: 2) { totalCount nodes { slug } } }`)
    const onlyCount = await cost(`{ entities(first: 2) { totalCount } }`)
    expect([plain.statements, counted.statements, onlyCount.statements]).toEqual([1, 2, 1])
    expect(onlyCount.data.entities.totalCount).toBe(hubs)
  })

  it('answers the canonical nested query with one statement per level', async () => {
    const { statements } = await cost(
      `{ entity(by: {slug: "hub-001"}) { id title edges(direction: OUT, first: 20) { nodes { relation { key } target { title edges(direction: OUT, first: 20) { nodes { relation { key } target { title } } } } } } } }`,
    )
    expect(statements).toBe(3)
  })

  it('is shared by reads of one shape in one turn of the event loop', async () => {
    const statements: string[] = []
    const reader = createDatabaseReader(api.database.pool, ({ text }) => statements.push(text))
    const slugs = Array.from({ length: 20 }, (_, index) => `hub-${String((index % 15) + 1).padStart(3, '0')}`)
    const fields = createFieldSet(['slug', 'title'] as const)
    const found = await Promise.all(slugs.map(async (slug) => reader.entity({ by: 'slug', slug }, fields)))
    expect(found.map((entity) => entity?.slug)).toEqual(slugs)
    expect(statements).toHaveLength(1)
  })
})
