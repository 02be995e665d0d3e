import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const hash = 'a'.repeat(64)
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
})
afterAll(() => database.drop())

async function one<Value>(sql: string, values: unknown[] = []): Promise<Value> {
  const { rows } = await database.pool.query<Record<string, Value>>(sql, values)
  return Object.values(rows[0] ?? {})[0] as Value
}
const addEntity = (slug: string, title: string, summary = '', attributes = {}) =>
  database.pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, summary, attributes, content_hash) VALUES ($1, 'thing', $2, $3, $4, $5)`,
    [slug, title, summary, attributes, hash],
  )

describe('kb_fold', () => {
  test.each([
    ['São Tomé and Príncipe', 'sao tome and principe'],
    ['ÅLAND', 'aland'],
    ['Côte d’Ivoire', "cote d'ivoire"],
    ['ﬁn ①', 'fin 1'],
    ['ÉTAT (combined: E\u0301)', 'etat (combined: e)'],
    ['ΑΘΗΝΑ', 'αθηνα'],
    ['МОСКВА', 'москва'],
    ['日本', '日本'],
  ])('folds %s', async (text, folded) => {
    expect(await one('SELECT kb_fold($1)', [text])).toBe(folded)
  })
})

describe('kb_entities', () => {
  const found = (slug: string, words: string) =>
    one<boolean>(
      `SELECT search_vector @@ plainto_tsquery('public.kb_text', kb_fold($2)) FROM kb_entities WHERE slug = $1`,
      [slug, words],
    )

  test('keeps title_key and search_vector by itself, on insert and on update', async () => {
    await addEntity('sao-tome', 'São Tomé', 'Two islands off Gabon', {
      capital: 'Sao Tome',
      cities: [{ name: 'Trindade' }],
    })
    expect(await one(`SELECT title_key FROM kb_entities WHERE slug = 'sao-tome'`)).toBe('sao tome')
    for (const words of ['SAO', 'tomé', 'island', 'trindade'])
      expect(await found('sao-tome', words), words).toBe(true)
    expect(await found('sao-tome', 'capital')).toBe(false) // names of attributes are not words
    await database.pool.query(
      `UPDATE kb_entities SET title = 'Príncipe', slug = 'principe' WHERE slug = 'sao-tome'`,
    )
    expect(await one(`SELECT title_key FROM kb_entities WHERE slug = 'principe'`)).toBe('principe')
    expect(await found('principe', 'PRÍNCIPE')).toBe(true)
    await database.pool.query(
      `UPDATE kb_entities SET title_key = 'wrong', search_vector = NULL WHERE slug = 'principe'`,
    )
    expect(await one(`SELECT title_key FROM kb_entities WHERE slug = 'principe'`)).toBe('principe')
    expect(await found('principe', 'principe')).toBe(true)
  })

  test('weighs title, slug, summary and attributes as A, B, C and D', async () => {
    await addEntity('slugword', 'Titleword', 'summaryword', { deep: ['attributeword'] })
    const vector = await one<string>(`SELECT search_vector::text FROM kb_entities WHERE slug = 'slugword'`)
    expect(vector.replace(/\d+/g, '').split(' ').sort()).toEqual([
      `'attributeword':`,
      `'slugword':B`,
      `'summaryword':C`,
      `'titleword':A`,
    ])
  })

  test('takes texts that are longer than a tsvector', async () => {
    const long = Array.from({ length: 200_000 }, (_, index) => `word${index}`).join(' ')
    await addEntity('long', 'é'.repeat(500), long, { long })
    expect(await found('long', 'word100')).toBe(true)
  })

  test('orders slugs by code point', async () => {
    for (const slug of ['a.b', 'a-b', 'a/b', 'a_b', 'a:b', 'aa', 'a0']) await addEntity(slug, 'Order')
    const { rows } = await database.pool.query<{ slug: string }>(
      `SELECT slug FROM kb_entities WHERE title = 'Order' ORDER BY slug`,
    )
    const slugs = rows.map((row) => row.slug)
    expect(slugs).toEqual(slugs.toSorted())
  })
})

test('media and workflows keep their words', async () => {
  await database.pool.query(
    `INSERT INTO kb_media_objects (key, kind, url, mime_type, alt, caption, credit)
     VALUES ('keyword', 'IMAGE', '/x', 'image/png', 'altword', 'captionword', 'creditword')`,
  )
  await database.pool.query(
    `INSERT INTO kb_workflows (slug, title, summary) VALUES ('slugword', 'Titleword', 'summaryword')`,
  )
  expect(await one('SELECT search_vector::text FROM kb_media_objects')).toBe(
    `'altword':1A 'captionword':3C 'creditword':4 'keyword':2B`,
  )
  expect(await one('SELECT search_vector::text FROM kb_workflows')).toBe(
    `'slugword':2B 'summaryword':3C 'titleword':1A`,
  )
})

describe('kb_graph_version', () => {
  const version = async () => Number(await one<string>('SELECT version FROM kb_graph_version'))

  test('moves with every statement on a table of the graph, and with no other', async () => {
    const { rows } = await database.pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables
       WHERE schemaname = 'public' AND tablename LIKE 'kb\\_%' AND tablename NOT IN ('kb_graph_version', 'kb_changes') ORDER BY 1`,
    )
    expect(rows.length).toBe(15)
    for (const { name } of rows) {
      const before = await version()
      await database.pool.query(`DELETE FROM ${name} WHERE false`)
      expect(await version(), name).toBe(before + 1)
    }
    const before = await version()
    await database.pool.query('DELETE FROM admin_history')
    expect(await version()).toBe(before)
    await database.pool.query('TRUNCATE kb_domains CASCADE')
    expect(await version()).toBeGreaterThan(before)
  })

  test('moves back with a transaction that is rolled back', async () => {
    const before = await version()
    const client = await database.pool.connect()
    await client.query('BEGIN')
    await client.query(`INSERT INTO kb_domains (key, label) VALUES ('gone', 'Gone')`)
    await client.query('ROLLBACK')
    client.release()
    expect(await version()).toBe(before)
  })

  test('lets writers that take tables in opposite orders wait instead of deadlock', async () => {
    const write = async (tables: string[]) => {
      const client = await database.pool.connect()
      await client.query('BEGIN')
      for (const table of tables) {
        await client.query(`INSERT INTO ${table} (key, label) VALUES (gen_random_uuid(), 'x')`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await client.query('COMMIT')
      client.release()
    }
    const before = await version()
    const tables = ['kb_kinds', 'kb_relations', 'kb_domains']
    await Promise.all([write(tables), write(tables.toReversed()), write(tables), write(tables.toReversed())])
    expect(await version()).toBe(before + 12)
  })
})

describe('content that is changed by hand', () => {
  const hashOf = (slug: string) => one<string>('SELECT content_hash FROM kb_entities WHERE slug = $1', [slug])
  const change = (set: string) => database.pool.query(`UPDATE kb_entities SET ${set} WHERE slug = 'by-hand'`)

  test('does not keep the hash of what it was, each state has its own, and the writer’s word stands', async () => {
    await addEntity('by-hand', 'As written')
    await change(`title = 'Changed'`)
    const changed = await hashOf('by-hand')
    expect(changed).not.toBe(hash)
    await change(`attributes = '{"a": 1}'`)
    expect(await hashOf('by-hand')).not.toBe(changed)
    await change(`title = 'As written', attributes = '{}', content_hash = '${hash}'`)
    expect(await hashOf('by-hand')).toBe(hash)
    await change('updated_at = now(), revision = revision + 1')
    expect(await hashOf('by-hand')).toBe(hash)
  })

  test('reaches the edges of an entity that gets another slug', async () => {
    await addEntity('other-end', 'Other')
    await database.pool.query(`INSERT INTO kb_relations (key, label) VALUES ('near', 'near')`)
    await database.pool.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, content_hash) VALUES ('near', 'by-hand', 'other-end', $1)`,
      [hash],
    )
    await database.pool.query(`UPDATE kb_entities SET slug = 'renamed' WHERE slug = 'other-end'`)
    expect(await one(`SELECT content_hash FROM kb_edges WHERE target_slug = 'renamed'`)).not.toBe(hash)
  })
})
