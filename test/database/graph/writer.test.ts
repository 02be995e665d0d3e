import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { writeGraph, type GraphRows } from '../../../src/database/graph/writer.ts'
import { withTransaction } from '../../../src/database/connection/transaction.ts'
import { hashEdge, hashEntity, hashRecipe } from '../../../src/domain/graph/content-hash.ts'
import type { EdgeContent, EntityContent, MediaContent } from '../../../src/domain/graph/graph-content.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { readAllRows } from '../../support/table-rows.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query(
    'TRUNCATE kb_kinds, kb_relations, kb_domains, kb_entities, kb_edges, kb_media_objects, kb_workflows, kb_provenance_runs CASCADE',
  )
})

const write = (rows: GraphRows) =>
  withTransaction(database.pool, 'READ COMMITTED', (client) => writeGraph({ client }, rows))

const entity = (slug: string, more: Partial<EntityContent> = {}): EntityContent => ({
  slug,
  kind: 'thing',
  domain: 'all',
  title: slug,
  summary: null,
  url: null,
  status: 'PUBLISHED',
  tags: [],
  attributes: {},
  position: null,
  weight: null,
  ...more,
})
const edge = (
  source: string,
  relation: string,
  target: string,
  more: Partial<EdgeContent> = {},
): EdgeContent => ({
  relation,
  source,
  target,
  label: null,
  weight: null,
  attributes: {},
  ...more,
})
const relation = (key: string, isSymmetric: boolean) => ({
  key,
  label: key,
  inverseLabel: null,
  description: null,
  isSymmetric,
  iri: null,
  sourceKinds: [],
  targetKinds: ['thing'],
})
const run = {
  key: 'run',
  tool: 'test',
  toolVersion: null,
  agent: null,
  gitCommit: null,
  inputHash: null,
  outputHash: null,
  parameters: { a: [1] },
}
const source = {
  run: 'run',
  uri: 'https://a.example/',
  title: 'A',
  retrievedAt: '2026-01-02T03:04:05.123456Z',
  documentHash: null,
  license: null,
  locator: null,
  excerpt: null,
  supports: ['title'],
  confidence: 0.5,
  rank: 'NORMAL' as const,
}
const flag: MediaContent = {
  key: 'flag',
  kind: 'IMAGE',
  url: '/media/a.svg',
  mimeType: 'image/svg+xml',
  byteSize: 2 ** 40,
  contentHash: 'a'.repeat(64),
  width: 3,
  height: 2,
  durationSeconds: null,
  alt: 'A flag',
  caption: null,
  credit: null,
  license: null,
  focalPoint: { x: 0.5, y: 0.25 },
  thumbHash: null,
  derivatives: [
    {
      preset: 'w320',
      url: '/media/b.webp',
      mimeType: 'image/webp',
      width: 320,
      height: 213,
      byteSize: 9,
      contentHash: 'b'.repeat(64),
      recipeHash: hashRecipe('a'.repeat(64), 'w320'),
    },
  ],
  shownBy: [{ entity: 'a', position: 0 }],
}
const whole = {
  kinds: [
    { key: 'thing', label: 'Thing', description: null, iri: null, attributeSchema: { type: 'object' } },
  ],
  relations: [relation('likes', false), relation('borders', true)],
  domains: [{ key: 'all', label: 'All', color: null, position: 0 }],
  entities: [
    entity('a', {
      tags: ['x', 'y "quoted", {braced}\\'],
      attributes: { text: 'tab\there\nline \\N', n: 1e21 },
    }),
    entity('b', { position: { x: -1.5, y: 2 }, weight: 0.1 }),
    entity('c', { title: '東京 😀' }),
  ],
  edges: [edge('b', 'borders', 'a'), edge('a', 'likes', 'c', { weight: 2 }), edge('c', 'likes', 'a')],
  media: [flag],
  workflows: [
    {
      slug: 'review',
      title: 'Review',
      summary: null,
      status: 'PUBLISHED' as const,
      steps: [
        { position: 0, title: 'One', body: null, entity: 'a', media: null, dependsOn: [], attributes: {} },
        {
          position: 1,
          title: 'Two',
          body: null,
          entity: null,
          media: 'flag',
          dependsOn: [0],
          attributes: {},
        },
      ],
    },
  ],
  runs: [run],
  sources: [
    { ...source, subject: { entity: 'a' } },
    { ...source, subject: { edge: { source: 'a', relation: 'borders', target: 'b' } } },
  ],
}

describe('writing a graph', () => {
  test('stores what was given, with the hashes of its content', async () => {
    const counts = await write(whole)
    expect(
      Object.fromEntries(Object.entries(counts).map(([table, { inserted }]) => [table, inserted])),
    ).toEqual({
      kb_kinds: 1,
      kb_relations: 2,
      kb_domains: 1,
      kb_provenance_runs: 1,
      kb_entities: 3,
      kb_entity_tags: 2,
      kb_edges: 3,
      kb_media_objects: 1,
      kb_media_derivatives: 1,
      kb_entity_media: 1,
      kb_workflows: 1,
      kb_workflow_steps: 2,
      kb_workflow_step_dependencies: 1,
      kb_entity_sources: 2,
    })
    const { rows } = await database.pool.query(
      `SELECT slug, title, attributes, content_hash, position_x AS x, weight, revision,
         (SELECT array_agg(tag ORDER BY tag) FROM kb_entity_tags t WHERE t.entity_id = e.id) AS tags FROM kb_entities e ORDER BY slug`,
    )
    expect(rows).toEqual([
      {
        slug: 'a',
        title: 'a',
        attributes: whole.entities[0]?.attributes,
        content_hash: hashEntity(whole.entities[0]!),
        x: null,
        weight: null,
        revision: 1,
        tags: ['x', 'y "quoted", {braced}\\'],
      },
      {
        slug: 'b',
        title: 'b',
        attributes: {},
        content_hash: hashEntity(whole.entities[1]!),
        x: -1.5,
        weight: 0.1,
        revision: 1,
        tags: null,
      },
      {
        slug: 'c',
        title: '東京 😀',
        attributes: {},
        content_hash: hashEntity(whole.entities[2]!),
        x: null,
        weight: null,
        revision: 1,
        tags: null,
      },
    ])
    const edges = await database.pool.query(
      'SELECT source_slug AS s, relation_key AS r, target_slug AS t, content_hash AS h FROM kb_edges ORDER BY 1, 2',
    )
    expect(edges.rows).toContainEqual({
      s: 'a',
      r: 'borders',
      t: 'b',
      h: hashEdge(edge('a', 'borders', 'b')),
    })
    const times = await database.pool.query(
      `SELECT to_char(retrieved_at AT TIME ZONE 'UTC', 'HH24:MI:SS.US') AS at FROM kb_entity_sources`,
    )
    expect(times.rows[0]).toEqual({ at: '03:04:05.123456' })
  })

  test('a second time writes no row at all, not even the graph version', async () => {
    await write(whole)
    const before = await readAllRows(database.pool)
    const counts = await write(whole)
    expect(
      Object.values(counts).map(({ inserted, updated, deleted }) => inserted + updated + deleted),
    ).toEqual(Object.keys(counts).map(() => 0))
    expect(
      Object.fromEntries(Object.entries(counts).map(([table, { unchanged }]) => [table, unchanged])),
    ).toMatchObject({
      kb_entities: 3,
      kb_entity_tags: 2,
      kb_edges: 3,
      kb_entity_sources: 2,
    })
    expect(await readAllRows(database.pool)).toEqual(before)
    // The oracle itself must notice a row that was written again with the same values.
    await database.pool.query('UPDATE kb_kinds SET label = label')
    expect(await readAllRows(database.pool)).not.toEqual(before)
  })

  test('raises the revision of what changed and of nothing else, and moves its tags', async () => {
    await write(whole)
    const counts = await write({
      entities: [
        entity('a', { title: 'New', tags: ['y', 'z'] }),
        entity('b', { position: { x: -1.5, y: 2 }, weight: 0.1 }),
      ],
      edges: [edge('a', 'borders', 'b', { label: 'next to' })],
    })
    expect(counts['kb_entities']).toEqual({ inserted: 0, updated: 1, deleted: 0, unchanged: 1 })
    expect(counts['kb_entity_tags']).toMatchObject({ inserted: 2, deleted: 2 })
    expect(counts['kb_edges']).toEqual({ inserted: 0, updated: 1, deleted: 0, unchanged: 0 })
    const { rows } = await database.pool.query('SELECT slug, revision FROM kb_entities ORDER BY slug')
    expect(rows).toEqual([
      { slug: 'a', revision: 2 },
      { slug: 'b', revision: 1 },
      { slug: 'c', revision: 1 },
    ])
    const tags = await database.pool.query('SELECT tag FROM kb_entity_tags ORDER BY tag')
    expect(tags.rows.map(({ tag }) => tag as string)).toEqual(['y', 'z'])
  })

  test('keeps a symmetric pair once, whichever side it comes from', async () => {
    const counts = await write({
      ...whole,
      edges: [edge('b', 'borders', 'a'), edge('a', 'borders', 'b'), edge('a', 'likes', 'b')],
      sources: [],
    })
    expect(counts['kb_edges']).toEqual({ inserted: 2, updated: 0, deleted: 0, unchanged: 0 })
  })

  test.each<[string, GraphRows, RegExp]>([
    [
      'a slug given twice',
      { entities: [entity('x'), entity('x', { title: 'Y' })] },
      /more than one entity: `x`/,
    ],
    ['an unknown kind', { entities: [entity('x', { kind: 'ghost' })] }, /No kind has the key `ghost`/],
    ['an unknown domain', { entities: [entity('x', { domain: 'ghost' })] }, /No domain has the key `ghost`/],
    ['an edge without its end', { edges: [edge('a', 'likes', 'ghost')] }, /not there: `ghost`/],
    ['an unknown relation', { edges: [edge('a', 'ghosts', 'b')] }, /No relation has the key `ghosts`/],
    [
      'contradicting edges',
      { edges: [edge('a', 'likes', 'b'), edge('a', 'likes', 'b', { weight: 1 })] },
      /twice with different content: `a likes b`/,
    ],
    [
      'an unknown run',
      { sources: [{ ...source, run: 'ghost', subject: { entity: 'a' } }] },
      /No provenance run has the key `ghost`/,
    ],
    ['a source of nothing', { sources: [{ ...source, subject: { entity: 'ghost' } }] }, /not there: `ghost`/],
    ['NUL in a text', { entities: [entity('x', { title: 'N\0' })] }, /NUL/],
    ['a lone surrogate', { entities: [entity('x', { title: '\ud800' })] }, /surrogate/],
  ])('refuses %s, clearly, and leaves nothing behind', async (_name, rows, message) => {
    await write(whole)
    const before = await readAllRows(database.pool)
    await expect(write(rows)).rejects.toThrow(message)
    expect(await readAllRows(database.pool)).toEqual(before)
  })

  test('marks derivatives of a changed original as stale, and fresh ones as fresh again', async () => {
    await write(whole)
    const isStale = async () => (await database.pool.query('SELECT is_stale FROM kb_media_derivatives')).rows
    expect(await isStale()).toEqual([{ is_stale: false }])
    await write({ media: [{ ...flag, contentHash: 'c'.repeat(64), derivatives: [] }] })
    expect(await isStale()).toEqual([{ is_stale: true }])
    await write({ media: [flag] })
    expect(await isStale()).toEqual([{ is_stale: false }])
  })

  test('gives a workflow exactly the steps that are given', async () => {
    await write(whole)
    const [workflow] = whole.workflows
    const counts = await write({ workflows: [{ ...workflow!, steps: [workflow!.steps[0]!] }] })
    expect(counts['kb_workflow_steps']).toEqual({ inserted: 0, updated: 0, deleted: 1, unchanged: 1 })
  })

  test('stops when it is told to, and nothing of it stays', async () => {
    const before = await readAllRows(database.pool)
    const controller = new AbortController()
    const entities = function* () {
      for (let number = 0; ; number++) {
        if (number === 20_000) controller.abort()
        yield entity(`e${number}`)
      }
    }
    const { kinds, relations, domains } = whole
    const stopped = withTransaction(database.pool, 'READ COMMITTED', (client) =>
      writeGraph({ client, signal: controller.signal }, { kinds, relations, domains, entities: entities() }),
    )
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' })
    expect(await readAllRows(database.pool)).toEqual(before)
  })

  test('two writers of the same graph at once: one writes, the other finds it done', async () => {
    const counts = await Promise.all([write(whole), write(whole), write(whole)])
    expect(counts.map(({ kb_entities }) => kb_entities?.inserted).sort()).toEqual([0, 0, 3])
    const { rows } = await database.pool.query('SELECT count(*)::int AS sources FROM kb_entity_sources')
    expect(rows).toEqual([{ sources: 2 }])
  })
})
