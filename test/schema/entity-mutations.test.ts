import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashEntity } from '../../src/domain/graph/content-hash.ts'
import { applyJsonPatch } from '../../src/domain/json/patch.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { createMutations } from '../support/mutations.ts'

let api: GraphApi
let run: ReturnType<typeof createMutations>
beforeAll(async () => {
  api = await startGraphApi()
  run = createMutations(api)
  await api.database.pool.query(
    `INSERT INTO kb_kinds (key, label, attribute_schema) VALUES ('ruled', 'Ruled', $1), ('broken', 'Broken', '{"type": 7}'),
       ('slow', 'Slow', '{"properties": {"note": {"pattern": "^(\\\\w+\\\\s?)*$"}}}')`,
    [
      {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string', pattern: '^[A-Z]{2}$' }, area: { type: 'number', minimum: 0 } },
      },
    ],
  )
})
afterAll(() => api.stop())

const rows = async (sql: string, values: unknown[] = []) =>
  (await api.database.pool.query<Record<string, any>>(sql, values)).rows // eslint-disable-line @typescript-eslint/no-explicit-any
let count = 0
const newSlug = () => `new-${++count}`
const create = async (input: object = {}) => {
  const slug = newSlug()
  const { entity } = await run.createEntity({ slug, kind: 'country', title: 'New', ...input })
  return { slug, by: { slug }, id: entity.id as string }
}
const pointersOf = (result: { issues: { pointer: string }[] }) => result.issues.map(({ pointer }) => pointer)

describe('createEntity', () => {
  test('creates a draft that the public sees once it is published', async () => {
    const slug = newSlug()
    const input = {
      slug,
      kind: 'country',
      title: 'Neu',
      domain: 'geography',
      summary: 'S',
      url: 'https://example.org/neu',
      tags: ['b', 'a', 'b'],
      attributes: { area: 1.5, ['__proto__']: { polluted: true }, nested: { list: [null, true] } },
    }
    const { entity } = await run.createEntity(
      input,
      'entity { id slug status tags attributes revision contentHash kind { key } edges { totalCount } }',
    )
    expect(entity).toMatchObject({ status: 'DRAFT', tags: ['a', 'b'], revision: 1, edges: { totalCount: 0 } })
    expect(JSON.stringify(entity.attributes)).toContain('"__proto__":{"polluted":true}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(entity.contentHash).toBe(
      hashEntity({ ...input, status: 'DRAFT', tags: ['a', 'b'], position: null, weight: null } as never),
    )
    expect(await api.query(`{ entity(by: { slug: "${slug}" }) { id } }`)).toEqual({ entity: null })
    await run.updateEntity({ by: { slug }, expectedRevision: 1, status: 'PUBLISHED' })
    expect(await api.query(`{ entity(by: { slug: "${slug}" }) { id } }`)).toEqual({
      entity: { id: entity.id },
    })
  })

  test('reports every problem at once with its location', async () => {
    const result = await run.createEntity({
      slug: newSlug(),
      kind: 'contry',
      title: '  ',
      domain: 'geographie',
      url: `https://example.org/${'x'.repeat(2100)}`,
      tags: ['', 'x'.repeat(201), '\t'],
      attributes: ['no object'],
      source: { uri: 'https://example.org/', confidence: 2, supports: ['x'.repeat(201)] },
    })
    expect(result.code).toBe('INVALID')
    expect(pointersOf(result).sort()).toEqual(
      ['/attributes', '/domain', '/kind', '/source/confidence', '/source/supports/0', '/tags/0', '/tags/1', '/tags/2', '/title', '/url'].sort(), // prettier-ignore
    )
    const kind = result.issues.find(({ pointer }: { pointer: string }) => pointer === '/kind')
    expect(kind).toMatchObject({
      rule: 'kind.known',
      message: expect.stringContaining('did you mean country'),
    })
    expect(kind.allowed).toContain('country')
  })

  test('rejects a pattern with catastrophic backtracking at once', async () => {
    const attributes = { note: `${'constitutionalmonarchyofnorth'.repeat(20)}.` }
    const entity = { slug: newSlug(), kind: 'slow', title: 'S', attributes }
    expect(await run.createEntity(entity)).toMatchObject({
      issues: [{ pointer: '/attributes/note', rule: 'attributes.pattern' }],
    })
    expect(await run.upsertGraph({ mode: 'DRY_RUN', entities: [entity] })).toMatchObject({
      issues: [{ pointer: '/entities/0/attributes/note', rule: 'attributes.pattern' }],
    })
  })

  test('validates attributes against the kind’s schema', async () => {
    const input = { slug: newSlug(), kind: 'ruled', title: 'R' }
    const wrong = await run.createEntity({ ...input, attributes: { code: 'pt', area: -1 } })
    expect(
      wrong.issues.map(({ pointer, rule }: { pointer: string; rule: string }) => `${pointer} ${rule}`).sort(),
    ).toEqual(['/attributes/area attributes.minimum', '/attributes/code attributes.pattern'])
    expect(pointersOf(await run.createEntity(input))).toEqual(['/attributes'])
    expect(pointersOf(await run.createEntity({ ...input, kind: 'broken' }))).toEqual(['/attributes'])
    const right = await run.createEntity({ ...input, attributes: { code: 'PT' } })
    expect(right.__typename).toBe('CreateEntitySuccess')
  })

  test('rejects a taken slug and names its entity', async () => {
    const { slug, id } = await create()
    const again = await run.createEntity({ slug, kind: 'country', title: 'Again' })
    expect(again).toMatchObject({ code: 'DUPLICATE', existing: { id } })
  })

  test('records its sources under a new run or a given one', async () => {
    const { id, slug } = await create({
      source: { uri: 'https://example.org/book', locator: 'p. 7', supports: ['title'], confidence: 0.5 },
    })
    const [source] = await rows(
      `SELECT s.uri, s.locator, s.supports, r.tool, r.agent, r.key FROM kb_entity_sources s
       JOIN kb_provenance_runs r ON r.id = s.run_id JOIN kb_entities e ON e.id = s.entity_id WHERE e.slug = $1`,
      [slug],
    )
    expect(source).toMatchObject({
      locator: 'p. 7',
      supports: ['title'],
      tool: 'graphql',
      agent: 'graphql:editor',
    })
    const [change] = await rows(
      `SELECT c.run_id = r.id AS of_run, c.changed_by FROM kb_changes c, kb_provenance_runs r
       WHERE c.subject_key = $1 AND r.key = $2`,
      [slug, source!['key']],
    )
    expect(change).toEqual({ of_run: true, changed_by: 'graphql:editor' })
    const missing = await run.createEntity({
      slug: newSlug(),
      kind: 'country',
      title: 'N',
      source: { uri: 'https://example.org/', run: id },
    })
    expect(missing).toMatchObject({ code: 'NOT_FOUND', subject: id })
  })
})

describe('updateEntity', () => {
  test('changes given fields, clears nulls, keeps the rest, and reports what it did', async () => {
    const { by } = await create({
      summary: 'S',
      domain: 'geography',
      tags: ['a'],
      attributes: { a: 1, b: 2 },
    })
    const fields = 'patch entity { title summary domain { key } tags attributes revision }'
    const { patch, entity } = await run.updateEntity(
      { by, expectedRevision: 1, summary: null, tags: ['b'], attributesPatch: { a: null, c: 3 } },
      fields,
    )
    expect(entity).toEqual({
      title: 'New',
      summary: null,
      domain: { key: 'geography' },
      tags: ['b'],
      attributes: { b: 2, c: 3 },
      revision: 2,
    })
    expect(applyJsonPatch({ summary: 'S', tags: ['a'], attributes: { a: 1, b: 2 } }, patch)).toEqual({
      summary: null,
      tags: ['b'],
      attributes: { b: 2, c: 3 },
    })
    const cleared = await run.updateEntity(
      { by, expectedRevision: 2, domain: null, tags: null, attributes: null },
      fields,
    )
    expect(cleared.entity).toMatchObject({ domain: null, tags: [], attributes: {}, revision: 3 })
  })

  test('creates no revision, history or audit row if nothing changes', async () => {
    const { slug, by } = await create({ tags: ['a', 'b'] })
    const { entity, patch } = await run.updateEntity({
      by,
      expectedRevision: 1,
      title: 'New',
      tags: ['b', 'a'],
    })
    expect({ entity, patch }).toMatchObject({ entity: { revision: 1 }, patch: [] })
    expect(await rows(`SELECT FROM kb_changes WHERE subject_key = $1`, [slug])).toHaveLength(1)
    expect(await rows(`SELECT FROM admin_audit WHERE target_key = $1`, [slug])).toHaveLength(1)
  })

  test('rejects clearing required fields and contradictory input', async () => {
    const { by } = await create()
    const result = await run.updateEntity({
      by,
      expectedRevision: 1,
      title: null,
      status: null,
      attributes: {},
      attributesPatch: 7,
    })
    expect(pointersOf(result)).toEqual(['/title', '/status', '/attributesPatch', '/attributesPatch'])
  })

  test('returns the current entity on a conflict, and a merge if nothing clashes', async () => {
    const { by, id } = await create({ tags: ['a'] })
    await run.updateEntity({ by, expectedRevision: 1, title: 'Theirs', tags: ['a', 'b'] })
    const mergeable = await run.updateEntity({ by, expectedRevision: 1, summary: 'Mine', tags: ['c'] })
    expect(mergeable).toMatchObject({
      code: 'CONFLICT',
      expectedRevision: 1,
      currentRevision: 2,
      current: { id },
      suggestedMerge: { title: 'Theirs', summary: 'Mine', tags: ['b', 'c'] },
    })
    const accepted = await run.updateEntity({ by, expectedRevision: 2, ...mergeable.suggestedMerge })
    expect(accepted.entity).toMatchObject({ title: 'Theirs', revision: 3 })
    const clash = await run.updateEntity({ by, expectedRevision: 1, title: 'Mine' })
    expect(clash).toMatchObject({ code: 'CONFLICT', currentRevision: 3, suggestedMerge: null })
  })

  test('reports a missing entity', async () => {
    expect(await run.updateEntity({ by: { slug: 'nobody' }, expectedRevision: 1, title: 'X' })).toMatchObject(
      {
        code: 'NOT_FOUND',
        subject: 'nobody',
      },
    )
  })

  test('keeps the digits of untouched numbers', async () => {
    const { slug, by } = await create()
    await rows(`UPDATE kb_entities SET attributes = '{"n": 12345678901234567890.123}' WHERE slug = $1`, [
      slug,
    ])
    await run.updateEntity({ by, expectedRevision: 1, title: 'Other' })
    const [row] = await rows(`SELECT attributes->>'n' AS n FROM kb_entities WHERE slug = $1`, [slug])
    expect(row).toEqual({ n: '12345678901234567890.123' })
  })
})

describe('restoreEntity', () => {
  test('restores former content as a new revision', async () => {
    const { by } = await create({ tags: ['a'] })
    await run.updateEntity({ by, expectedRevision: 1, title: 'Second', tags: [] })
    const restored = await run.restoreEntity({ by, revision: 1, expectedRevision: 2 })
    expect(restored.entity).toEqual({ revision: 3, title: 'New', tags: ['a'] })
    expect(pointersOf(await run.restoreEntity({ by, revision: 9, expectedRevision: 3 }))).toEqual([
      '/revision',
    ])
    expect(await run.restoreEntity({ by, revision: 1, expectedRevision: 2 })).toMatchObject({
      code: 'CONFLICT',
    })
    expect(
      await run.restoreEntity({ by: { slug: 'nobody' }, revision: 1, expectedRevision: 1 }),
    ).toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('rejects content that is no longer valid', async () => {
    await rows(`INSERT INTO kb_domains (key, label) VALUES ('passing', 'Passing')`)
    const { by } = await create({ domain: 'passing' })
    await run.updateEntity({ by, expectedRevision: 1, domain: null })
    await rows(`DELETE FROM kb_domains WHERE key = 'passing'`)
    const result = await run.restoreEntity({ by, revision: 1, expectedRevision: 2 })
    expect(result.issues).toMatchObject([{ pointer: '/revision', rule: 'domain.known' }])
  })
})

describe('deleteEntity', () => {
  test('is rejected while edges exist, unless told to delete them, too', async () => {
    const [one, other] = [await create({ status: 'PUBLISHED' }), await create()]
    const { edge } = await run.createEdge({ relation: 'knows', source: one.by, target: other.by })
    const refused = await run.deleteEntity({ by: one.by, expectedRevision: 1 })
    expect(refused).toMatchObject({ code: 'IN_USE', usedBy: [{ __typename: 'Entity', id: other.id }] })
    const gone = await run.deleteEntity({ by: one.by, expectedRevision: 1, edges: 'CASCADE' })
    expect(gone).toMatchObject({ deletedId: one.id, deletedEdgeIds: [edge.id] })
    expect(await run.deleteEntity({ by: one.by, expectedRevision: 1 })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await run.deleteEntity({ by: other.by, expectedRevision: 7 })).toMatchObject({ code: 'CONFLICT' })
  })

  test('is rejected while a workflow shows it', async () => {
    const { by, id } = await create()
    await rows(
      `UPDATE kb_workflow_steps SET entity_id = (SELECT id FROM kb_entities WHERE slug = $1) WHERE title = 'Publish'`,
      [by.slug],
    )
    const refused = await run.deleteEntity({ by, expectedRevision: 1 })
    expect(refused.usedBy).toMatchObject([{ __typename: 'WorkflowStep' }])
    expect(await run.deleteEntity({ by, expectedRevision: 1, edges: 'CASCADE' })).toMatchObject({
      deletedId: id,
    })
  })
})

describe('tagEntities', () => {
  test('adds and removes tags, and revises only changed entities', async () => {
    const [one, other] = [await create({ tags: ['a', 'b'] }), await create({ tags: ['c'] })]
    const { entities } = await run.tagEntities({ entities: [one.by, other.by], add: ['c'], remove: ['a'] })
    expect(entities).toEqual([
      { slug: one.slug, tags: ['b', 'c'], revision: 2 },
      { slug: other.slug, tags: ['c'], revision: 1 },
    ])
  })

  test('all or nothing', async () => {
    const { slug, by } = await create()
    expect(await run.tagEntities({ entities: [by, { slug: 'nobody' }], add: ['x'] })).toMatchObject({
      code: 'NOT_FOUND',
      subject: 'nobody',
    })
    const wrong = await run.tagEntities({ entities: [by], add: ['x', ' '], remove: ['x'] })
    expect(pointersOf(wrong)).toEqual(['/add/1', '/remove/0'])
    expect(await rows('SELECT revision FROM kb_entities WHERE slug = $1', [slug])).toEqual([{ revision: 1 }])
  })
})

describe('mergeEntities', () => {
  test('moves edges, tags, sources, media, steps and redirects, and lets the old slugs lead there', async () => {
    const into = await create({ status: 'PUBLISHED', tags: ['a'] })
    const from = await create({ tags: ['b'], source: { uri: 'https://example.org/from' } })
    const [third, fourth] = [await create({ status: 'PUBLISHED' }), await create({ status: 'PUBLISHED' })]
    const join = (relation: string, source: object, target: object) =>
      run.createEdge({ relation, source, target }, 'edge { id }')
    await join('knows', from.by, third.by)
    await join('knows', into.by, third.by) // a duplicate, once moved
    await join('knows', from.by, into.by) // a loop, once moved
    await join('borders', from.by, fourth.by) // symmetric: reoriented
    await join('knows', from.by, from.by) // a loop stays one
    const merged = await run.mergeEntities({ into: into.by, from: [from.by] })
    expect(merged).toMatchObject({
      mergedIds: [from.id],
      redirects: 1,
      entity: { slug: into.slug, tags: ['a', 'b'], revision: 2 },
    })
    const edges = await rows(
      `SELECT relation_key AS r, source_slug AS s, target_slug AS t FROM kb_edges WHERE $1 IN (source_slug, target_slug) ORDER BY 1, 2, 3`,
      [into.slug],
    )
    const [low, high] = [into.slug, fourth.slug].sort()
    expect(edges).toEqual([
      { r: 'borders', s: low, t: high },
      { r: 'knows', s: into.slug, t: into.slug },
      { r: 'knows', s: into.slug, t: third.slug },
    ])
    const { entity } = await api.query(
      `{ entity(by: { slug: "${from.slug}" }) { slug sources { nodes { document { uri } } } } }`,
    )
    expect(entity).toEqual({
      slug: into.slug,
      sources: { nodes: [{ document: { uri: 'https://example.org/from' } }] },
    })
    // Redirects chain; reusing a slug ends its redirect.
    const last = await create({ status: 'PUBLISHED' })
    expect(await run.mergeEntities({ into: last.by, from: [into.by] })).toMatchObject({ redirects: 2 })
    const led = await api.query(`{ entity(by: { slug: "${from.slug}" }) { slug } }`)
    expect(led).toEqual({ entity: { slug: last.slug } })
    await run.createEntity({ slug: from.slug, kind: 'country', title: 'Anew' })
    expect(await api.query(`{ entity(by: { slug: "${from.slug}" }) { slug } }`)).toEqual({ entity: null })
  })

  test('rejects itself, duplicates, no input, and edges that a relation does not allow', async () => {
    const [one, two] = [await create(), await create()]
    expect(pointersOf(await run.mergeEntities({ into: one.by, from: [one.by, two.by, two.by] }))).toEqual([
      '/from/0',
      '/from/2',
    ])
    expect(pointersOf(await run.mergeEntities({ into: one.by, from: [] }))).toEqual(['/from'])
    expect(await run.mergeEntities({ into: one.by, from: [{ slug: 'nobody' }] })).toMatchObject({
      code: 'NOT_FOUND',
    })
    await rows(
      `INSERT INTO kb_relations (key, label, source_kinds) VALUES ('rules', 'rules', '{country}') ON CONFLICT DO NOTHING`,
    )
    const language = await create({ kind: 'language' })
    await run.createEdge({ relation: 'rules', source: one.by, target: two.by })
    const result = await run.mergeEntities({ into: language.by, from: [one.by] })
    expect(result.issues).toMatchObject([{ pointer: '/from/0', rule: 'relation.source-kind' }])
    expect(await rows('SELECT FROM kb_entities WHERE slug = $1', [one.slug])).toHaveLength(1)
  })
})

describe('edges', () => {
  test('are created once, whichever way a symmetric one is given', async () => {
    const [one, two] = [await create({ status: 'PUBLISHED' }), await create({ status: 'PUBLISHED' })]
    const [low, high] = [one.slug, two.slug].sort()
    const fields = 'edge { id source { slug title } target { slug } } connectionEdge { cursor node { id } }'
    const made = await run.createEdge(
      { relation: 'borders', source: { slug: high }, target: { slug: low } },
      fields,
    )
    expect(made.edge).toMatchObject({ source: { slug: low, title: 'New' }, target: { slug: high } })
    expect(made.connectionEdge.node.id).toBe(made.edge.id)
    const all = await api.query('{ edges(first: 100) { edges { cursor node { id } } } }')
    expect(all.edges.edges).toContainEqual(made.connectionEdge)
    const again = await run.createEdge({ relation: 'borders', source: { slug: low }, target: { slug: high } })
    expect(again).toMatchObject({ code: 'DUPLICATE', existing: { id: made.edge.id } })
  })

  test('are validated against the vocabulary, with all problems at once', async () => {
    const [country, language] = [await create(), await create({ kind: 'language' })]
    await rows(
      `INSERT INTO kb_relations (key, label, source_kinds, target_kinds) VALUES ('talks', 'talks', '{country}', '{language}')`,
    )
    const wrong = await run.createEdge({
      relation: 'talks',
      source: language.by,
      target: country.by,
      attributes: 7,
    })
    expect(pointersOf(wrong)).toEqual(['/attributes', '/source', '/target'])
    expect(
      pointersOf(await run.createEdge({ relation: 'talk', source: country.by, target: language.by })),
    ).toEqual(['/relation'])
    expect(
      await run.createEdge({ relation: 'talks', source: country.by, target: { slug: 'nobody' } }),
    ).toMatchObject({
      code: 'NOT_FOUND',
      subject: 'nobody',
    })
    expect(
      await run.createEdge({ relation: 'talks', source: country.by, target: language.by }),
    ).toMatchObject({
      __typename: 'CreateEdgeSuccess',
    })
  })

  test('are changed and deleted only at the expected revision', async () => {
    const [one, two] = [await create(), await create()]
    const { edge } = await run.createEdge({ relation: 'knows', source: one.by, target: two.by, label: 'L' })
    const { id } = edge
    const changed = await run.updateEdge({ id, expectedRevision: 1, weight: 2.5, attributes: { a: 1 } })
    expect(changed.edge).toEqual({ revision: 2, label: 'L', weight: 2.5, attributes: { a: 1 } })
    expect((await run.updateEdge({ id, expectedRevision: 2, weight: 2.5 })).edge.revision).toBe(2)
    const late = await run.updateEdge({ id, expectedRevision: 1, label: 'M' })
    expect(late).toMatchObject({
      code: 'CONFLICT',
      suggestedMerge: { label: 'M', weight: 2.5, attributes: { a: 1 } },
    })
    expect(await run.deleteEdge({ id, expectedRevision: 1 })).toMatchObject({ code: 'CONFLICT' })
    expect(await run.deleteEdge({ id, expectedRevision: 2 })).toMatchObject({
      deletedId: id,
      source: { slug: one.slug },
      target: { slug: two.slug },
    })
    expect(await run.deleteEdge({ id, expectedRevision: 2 })).toMatchObject({ code: 'NOT_FOUND' })
    expect(await run.updateEdge({ id: one.id, expectedRevision: 2 })).toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('hostile input', () => {
  const payloads = [
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `'; DROP TABLE kb_entities; --`,
    `}]]></script>`,
    `{{constructor.constructor('alert(1)')()}}`,
    `%00%0d%0aSet-Cookie: a=b`,
    `\u2067isolated\u2069`,
    `${'🏳️‍🌈'.repeat(20)}`,
  ]
  test.each(payloads)('is stored as plain text: %s', async (title) => {
    const { by } = await create({
      title,
      status: 'PUBLISHED',
      summary: title,
      attributes: { [title]: title },
    })
    const { entity } = await api.query(
      'query ($by: EntityLookup!) { entity(by: $by) { title summary attributes } }',
      { by },
    )
    expect(entity).toEqual({ title, summary: title, attributes: { [title]: title } })
  })

  test.each(['javascript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', '//example.org'])(
    'is refused as an address: %s',
    async (url) => {
      await expect(run.createEntity({ slug: newSlug(), kind: 'country', title: 'T', url })).rejects.toThrow(
        'URL must be',
      )
    },
  )

  test('invisible or bidirectional text is rejected as a title, tag, label or field name', async () => {
    const wrong = { title: '\u200B', tags: ['\u00A0', 'a\u202Eb', 'ok'] }
    const source = { uri: 'https://example.org/', supports: ['\u2060'] }
    const result = await run.createEntity({ slug: newSlug(), kind: 'country', ...wrong, source })
    expect(
      result.issues.map(({ pointer, rule }: { pointer: string; rule: string }) => `${pointer} ${rule}`),
    ).toEqual([
      '/title title.blank',
      '/tags/0 tag.blank',
      '/tags/1 tag.text',
      '/source/supports/0 field.blank',
    ])
    const upsert = await run.upsertGraph({
      mode: 'DRY_RUN',
      entities: [{ slug: newSlug(), kind: 'country', ...wrong }],
      edges: [{ relation: 'borders', source: 'spain', target: 'portugal', label: 'a\nb' }],
    })
    expect(pointersOf(upsert)).toEqual([
      '/entities/0/title',
      '/entities/0/tags/0',
      '/entities/0/tags/1',
      '/edges/0/label',
    ])
    const { by } = await create()
    expect(pointersOf(await run.tagEntities({ entities: [by], add: ['\u3164'] }))).toEqual(['/add/0'])
    expect(pointersOf(await run.updateEntity({ by, expectedRevision: 1, title: 'x\u2066' }))).toEqual([
      '/title',
    ])
  })

  test('lengths are counted in characters, as the database counts them', async () => {
    const title = '😀'.repeat(500)
    const { by } = await create({ title, tags: ['🏷'.repeat(200)] })
    expect(await rows('SELECT length(title) FROM kb_entities WHERE slug = $1', [by.slug])).toEqual([
      { length: 500 },
    ])
    const wrong = { title: `${title}!`, tags: ['🏷'.repeat(201)] }
    expect(await run.updateEntity({ by, expectedRevision: 1, ...wrong })).toMatchObject({
      issues: [
        { pointer: '/title', message: 'a title has 500 characters at most, and this one 501' },
        { pointer: '/tags/0', rule: 'tag.length' },
      ],
    })
  })

  test('an integer beyond 2^53 is accepted if exact, and otherwise rejected with its location', async () => {
    const [one, two] = [await create(), await create()]
    const { edge } = await run.createEdge(
      {
        relation: 'rules',
        source: one.by,
        target: two.by,
        weight: 1e16,
        attributes: { n: 2 ** 60, m: -1e300 },
      },
      'edge { weight attributes }',
    )
    expect(edge).toEqual({ weight: 1e16, attributes: { n: 2 ** 60, m: -1e300 } })
    const query = 'query ($w: EntityFilter) { entities(where: $w) { totalCount } }'
    const send = (number: string, path: string, init: RequestInit = {}) =>
      fetch(`${api.server.url}${path.replace('NUMBER', number)}`, init).then(
        async (answer) => (await answer.json()) as { data?: unknown; errors?: { message: string }[] },
      )
    const inBody = (number: string) =>
      send(number, '/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":${JSON.stringify(query)},"variables":{"w":{"attributes":[{"pointer":"/n","eq":${number}}]}}}`,
      })
    const variables = encodeURIComponent('{"w":{"attributes":[{"pointer":"/n","eq":NUMBER}]}}')
    const inAddress = (number: string) =>
      send(number, `/graphql?query=${encodeURIComponent(query)}&variables=${variables}`)
    const literal = (number: string) =>
      send(number, '/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `{ entities(where: {attributes: [{pointer: "/n", eq: {a: [${number}]}}]}) { totalCount } }`,
        }),
      })
    for (const ask of [inBody, inAddress, literal]) {
      for (const exact of ['1e16', '1152921504606846976', '0.1'])
        expect(await ask(exact)).toEqual({ data: { entities: { totalCount: 0 } } })
      for (const changed of ['9007199254740993', '1e400']) {
        const [error] = (await ask(changed)).errors!
        expect(error!.message).toContain(changed)
      }
    }
    expect((await inBody('9007199254740993')).errors![0]!.message).toContain('/variables/w/attributes/0/eq')
  })

  test('anything too long, too large or too many is reported, and nothing is written', async () => {
    const result = await run.createEntity({
      slug: newSlug(),
      kind: 'country',
      title: 'x'.repeat(501),
      tags: Array.from({ length: 1001 }, (_, at) => `t${at}`),
      attributes: ['no object'],
    })
    expect(pointersOf(result).map((pointer) => pointer.split('/')[1])).toEqual(
      expect.arrayContaining(['title', 'tags', 'attributes']),
    )
  })
})
