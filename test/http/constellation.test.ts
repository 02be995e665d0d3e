import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashGraph, hashJson, hashTable } from '../../src/domain/hash.ts'
import { createDatabaseReader } from '../../src/readers/database/database-reader.ts'
import { createGraphHash } from '../../src/readers/database/graph-hash.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { createFaultSchema, startTestServer } from '../support/http-server.ts'
import type { TestServer } from '../support/http-server.ts'

let database: TestDatabase
let server: TestServer
const hex = (digit: string) => digit.repeat(64)

beforeAll(async () => {
  database = await createTestDatabase()
  await database.pool.query(`
    INSERT INTO kb_kinds (key, label) VALUES ('note', 'Note');
    INSERT INTO kb_relations (key, label) VALUES ('cites', 'cites'), ('about', 'about');
    INSERT INTO kb_domains (key, label, color, position) VALUES ('zoo', 'Zoo', '#123456', 0), ('art', 'Art', NULL, 1);
    INSERT INTO kb_entities (slug, kind_key, domain_key, title, summary, status, position_x, position_y, weight, content_hash, updated_at) VALUES
      ('b', 'note', 'art', 'Bé "quoted"', NULL, 'PUBLISHED', 1.5, -2, 0.25, '${hex('b')}', '2026-01-02T03:04:05.678901Z'),
      ('a', 'note', NULL, 'A', 'First', 'PUBLISHED', NULL, NULL, NULL, '${hex('a')}', '2026-01-01T00:00:00Z'),
      ('draft', 'note', 'art', 'D', NULL, 'DRAFT', NULL, NULL, NULL, '${hex('d')}', '2026-05-01T00:00:00Z');
    INSERT INTO kb_entity_tags (entity_id, tag) SELECT id, tag FROM kb_entities, unnest(ARRAY['z', 'k']) AS tag WHERE slug = 'b';
    INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, content_hash, updated_at) VALUES
      ('cites', 'b', 'a', 2, '${hex('1')}', '2026-01-01T00:00:00Z'),
      ('about', 'b', 'a', NULL, '${hex('2')}', '2026-01-01T00:00:00Z'),
      ('cites', 'a', 'draft', NULL, '${hex('3')}', '2026-06-01T00:00:00Z')`)
  server = await startTestServer({
    schema: createFaultSchema({}),
    reader: () => createDatabaseReader(database.pool),
  })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const get = (headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${server.url}/api/constellation`, { headers, method })

describe('GET /api/constellation', () => {
  test('contains published entities, their edges, and domains with counts', async () => {
    const response = await get()
    const body = (await response.json()) as Record<string, never>
    const a = { id: 'a', slug: 'a', title: 'A', kind: 'note', domain: null, summary: 'First', tags: [] }
    const b = { id: 'b', slug: 'b', title: 'Bé "quoted"', kind: 'note', domain: 'art', summary: null }
    const edge = { source: 'b', target: 'a' }
    expect(body).toEqual({
      nodes: [a, { ...b, tags: ['k', 'z'], x: 1.5, y: -2, weight: 0.25 }],
      edges: [
        { ...edge, id: 'b|about|a', relation: 'about' },
        { ...edge, id: 'b|cites|a', relation: 'cites', weight: 2 },
      ],
      domains: [
        { key: 'zoo', label: 'Zoo', color: '#123456', count: 0 },
        { key: 'art', label: 'Art', count: 1 },
      ],
      meta: {
        nodeCount: 2,
        edgeCount: 2,
        graphHash: response.headers.get('etag')!.slice(1, -1),
        generatedAt: '2026-01-02T03:04:05.678901Z',
        source: 'database',
      },
    })
  })

  test('uses the graph hash, SHA-256 over the published hashes, as its ETag', async () => {
    const kind = { key: 'note', label: 'Note', description: null, iri: null, attributeSchema: null }
    const relation = (key: string) => ({
      ...{ key, label: key, inverseLabel: null, description: null, isSymmetric: false, iri: null },
      ...{ sourceKinds: [], targetKinds: [] },
    })
    const expected = hashGraph({
      kb_kinds: hashTable([hashJson(kind)]),
      kb_relations: hashTable([relation('about'), relation('cites')].map((each) => hashJson(each))),
      kb_domains: hashTable([
        hashJson({ key: 'zoo', label: 'Zoo', color: '#123456', position: 0 }),
        hashJson({ key: 'art', label: 'Art', color: null, position: 1 }),
      ]),
      kb_entities: hashTable([hex('a'), hex('b')]),
      kb_edges: hashTable([hex('1'), hex('2')]),
    })
    expect((await get()).headers.get('etag')).toBe(`"${expected}"`)
  })

  test('returns the same bytes for the same state, and 304 for a matching ETag', async () => {
    const first = await get()
    const etag = first.headers.get('etag')!
    expect(await (await get()).text()).toBe(await first.text())
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get({ 'if-none-match': known })
      expect([response.status, response.headers.get('etag'), await response.text()], known).toEqual([
        304,
        etag,
        '',
      ])
    }
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200)
    const head = await get({}, 'HEAD')
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, ''])
  })

  test('changes its ETag when a draft is published, not before', async () => {
    const before = (await get()).headers.get('etag')
    await database.pool.query(
      `UPDATE kb_entities SET title = 'D2', content_hash = '${hex('e')}' WHERE slug = 'draft'`,
    )
    expect((await get()).headers.get('etag')).toBe(before)
    await database.pool.query(`UPDATE kb_entities SET status = 'PUBLISHED' WHERE slug = 'draft'`)
    const after = await get()
    expect(after.headers.get('etag')).not.toBe(before)
    expect(await after.json()).toMatchObject({ meta: { nodeCount: 3, edgeCount: 3 } })
    await database.pool.query(`UPDATE kb_entities SET status = 'DRAFT' WHERE slug = 'draft'`)
    expect((await get()).headers.get('etag')).toBe(before)
  })

  test('reads hash and rows from one state despite concurrent writes', async () => {
    const reader = createDatabaseReader(database.pool)
    const before = await reader.graphHash()
    const text = await reader.withConstellation(async ({ graphHash, chunks }) => {
      expect(graphHash).toBe(before)
      await database.pool.query(
        `UPDATE kb_entities SET title = 'Later', content_hash = '${hex('c')}' WHERE slug = 'a'`,
      )
      let text = ''
      for await (const chunk of chunks) text += String(chunk)
      return text
    })
    expect(text).toContain('"title":"A"')
    expect(await reader.graphHash()).not.toBe(before)
  })

  test('shares one computation between concurrent callers', async () => {
    const graphHash = createGraphHash(database.pool)
    const states = await Promise.all(Array.from({ length: 20 }, () => graphHash()))
    expect(new Set(states.map(({ hash }) => hash)).size).toBe(1)
    expect(new Set(states).size).toBe(1)
  })
})
