import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawSamples } from '../../bench/samples.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const all = { count: 200, tags: 5 }
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  const { pool } = database
  await pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
  await pool.query(
    `INSERT INTO kb_relations (key, label, is_symmetric) VALUES ('to', 'to', false), ('like', 'like', true)`,
  )
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
     SELECT 'thing-' || lpad(i::text, 3, '0'), 'thing', 'Thing named ' || i, CASE WHEN i = 1 THEN 'DRAFT' ELSE 'PUBLISHED' END::kb_publication_status, repeat('a', 64) FROM generate_series(1, $1) i`,
    [all.count],
  )
  await pool.query(
    `INSERT INTO kb_entity_tags SELECT id, 'tag ' || (right(slug, 3)::int % $1) FROM kb_entities`,
    [all.tags],
  )
  // 003 is the far end of a symmetric edge, and 004 leads to it.
  await pool.query(
    `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES
     ('like', 'thing-002', 'thing-003', repeat('a', 64)), ('to', 'thing-004', 'thing-003', repeat('a', 64))`,
  )
})
afterAll(() => database.drop())

describe('the samples', () => {
  test('are the same for a seed, wherever the rows lie, and others for another', async () => {
    const first = await drawSamples(database.pool, 'seed', 20)
    // Rewrites every row, so that the tables hand them out in another order.
    await database.pool.query(`UPDATE kb_entities SET title = title WHERE slug < 'thing-100'`)
    expect(await drawSamples(database.pool, 'seed', 20)).toEqual(first)
    const other = await drawSamples(database.pool, 'another seed', 20)
    expect(other.Q1).not.toEqual(first.Q1)
    expect(other.Q5).not.toEqual(first.Q5)
  })

  test('are drawn from all of what is published, each once', async () => {
    const { Q1, Q3, Q5, Q6 } = await drawSamples(database.pool, 'seed', 1000)
    expect(new Set(Q1.map(({ s }) => s)).size).toBe(all.count - 1)
    expect(Q1).not.toContainEqual({ s: 'thing-001' })
    expect(new Set(Q5.map(({ c }) => c)).size).toBe(all.count - 1)
    expect(Q3).toHaveLength(all.tags)
    expect(Q3).toContainEqual({ k: 'thing', t: 'tag 0' })
    expect(Q6[0]).toEqual({ q: 'thing' })
  })

  test('leave out, where edges are read, what a plain foreign key would answer differently', async () => {
    const { Q2, Q4 } = await drawSamples(database.pool, 'seed', 1000)
    const left = (samples: readonly object[]) => JSON.stringify(samples)
    expect(left(Q2)).not.toContain('thing-003')
    expect(left(Q2)).toContain('thing-004')
    expect(left(Q4)).not.toMatch(/thing-00[234]/) // 002 and 004 lead to 003 in their second hop.
    expect(left(Q4)).toContain('thing-005')
  })
})
