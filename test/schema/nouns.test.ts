import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

describe('media', () => {
  it('returns an object with its derivatives, best fit and srcSet', async () => {
    const { media } = await api.query(
      `{ media(by: {key: "flag/pt"}) { key kind url mimeType width alt byteSize focalPoint { x } availability { status backends { backend } checkedAt } revision
        derivatives { preset width url isStale original { key } } png: derivatives(where: {mimeType: {eq: "image/png"}}) { preset } stale: derivatives(where: {stale: true}) { preset }
        small: derivative(minWidth: 10) { preset } large: derivative(minWidth: 200) { preset } asPng: derivative(minWidth: 200, accept: ["image/png"]) { preset }
        any: derivative(accept: ["image/*"]) { preset } named: derivative(preset: "w320") { preset } none: derivative(minWidth: 1000) { preset }
        srcSet webp: srcSet(format: "webp") gif: srcSet(format: "image/gif") usedBy { totalCount nodes { slug } } } }`,
    )
    expect(media).toMatchObject({
      url: 'http://media.example.org/media/pt.svg',
      availability: { status: 'UNVERIFIED', backends: [], checkedAt: null },
      png: [{ preset: 'w320-png' }],
      stale: [{ preset: 'w20' }],
      small: { preset: 'w160' },
      large: { preset: 'w320' },
      asPng: { preset: 'w320-png' },
      any: { preset: 'w160' },
      named: { preset: 'w320' },
      none: null,
      webp: 'http://media.example.org/media/w160 160w, http://media.example.org/media/w320 320w',
      gif: null,
      usedBy: { totalCount: 1, nodes: [{ slug: 'portugal' }] },
    })
    expect(media.derivatives).toHaveLength(4)
    expect(media.derivatives[0]).toMatchObject({ preset: 'w20', isStale: true, original: { key: 'flag/pt' } })
  })

  it.each([
    ['{kind: [VIDEO]}', ['film/unused']],
    ['{missingAlt: true}', ['film/unused']],
    ['{missingAlt: false}', ['flag/pt']],
    ['{unused: false}', ['film/unused', 'flag/pt']],
    ['{mimeType: {startsWith: "image/"}}', ['flag/pt']],
    ['{availability: [VERIFIED]}', []],
    ['{not: {key: {eq: "flag/pt"}}}', ['film/unused']],
    ['{or: [{kind: [IMAGE]}, {kind: [VIDEO]}]}', ['film/unused', 'flag/pt']],
  ])('is filtered by %s', async (where, keys) => {
    const query = `{ mediaObjects(where: ${where}) { totalCount nodes { key } } }`
    const list = (found: string[]) => ({
      mediaObjects: { totalCount: found.length, nodes: found.map((key) => ({ key })) },
    })
    // A draft shows the film.
    expect((await api.askAs('EDITOR', query)).body.data).toEqual(list(keys))
    expect(await api.query(query)).toEqual(list(keys.filter((key) => key !== 'film/unused')))
  })
})

describe('workflows', () => {
  it('have their steps in order, tied to entities, media and each other', async () => {
    const { workflow } = await api.query(
      `{ workflow(by: {slug: "review"}) { id title steps { id position title entity { slug } media { key } dependsOn { position } workflow { slug } attributes } entities { nodes { slug } } } }`,
    )
    expect(workflow.steps).toMatchObject([
      {
        position: 1,
        title: 'Read',
        entity: { slug: 'portugal' },
        media: { key: 'flag/pt' },
        dependsOn: [],
        workflow: { slug: 'review' },
      },
      { position: 2, title: 'Compare', entity: { slug: 'spain' }, media: null, dependsOn: [{ position: 1 }] },
      { position: 3, title: 'Publish', entity: null, dependsOn: [{ position: 2 }] },
    ])
    expect(workflow.entities.nodes).toEqual([{ slug: 'portugal' }, { slug: 'spain' }])
    const { node } = await api.query(
      `query ($id: ID!) { node(id: $id) { __typename ... on WorkflowStep { title } } }`,
      { id: workflow.steps[1].id },
    )
    expect(node).toEqual({ __typename: 'WorkflowStep', title: 'Compare' })
  })

  it.each([
    ['{slug: {startsWith: "rev"}}', 1],
    ['{title: {containsInsensitive: "REVIEW"}}', 1],
    ['{entity: {slug: {eq: "spain"}}}', 1],
    ['{entity: {slug: {eq: "france"}}}', 0],
    ['{status: [DRAFT]}', 0],
  ])('are filtered by %s', async (where, count) => {
    const { workflows } = await api.query(`{ workflows(where: ${where}) { totalCount nodes { slug } } }`)
    expect([workflows.totalCount, workflows.nodes.length]).toEqual([count, count])
  })
})

describe('provenance', () => {
  it('shows what runs used and touched, and references to both', async () => {
    const { provenanceRuns, entity } = await api.query(
      `{ provenanceRuns { totalCount nodes { key tool toolVersion agent status startedAt endedAt used { uri title license } entities { totalCount nodes { slug } } } }
         entity(by: {slug: "portugal"}) { sources { totalCount nodes { id entity { slug } edge { id } run { key } document { uri title retrievedAt contentHash } locator excerpt supports confidence rank } } } }`,
    )
    expect(provenanceRuns.nodes.map((run: { key: string }) => run.key)).toEqual(['edit/2', 'import/1'])
    expect(provenanceRuns.nodes[1]).toMatchObject({
      startedAt: '2026-01-01T00:00:00.123456Z',
      used: [{ uri: 'https://example.org/atlas' }, { uri: 'https://example.org/book' }],
      entities: { totalCount: 2, nodes: [{ slug: 'portugal' }, { slug: 'spain' }] },
    })
    expect(entity.sources.totalCount).toBe(2)
    expect(entity.sources.nodes[0]).toMatchObject({
      entity: { slug: 'portugal' },
      edge: null,
      run: { key: 'import/1' },
      document: { uri: 'https://example.org/atlas', title: 'Atlas' },
      confidence: 0.9,
      rank: 'PREFERRED',
    })
    const filtered = await api.query(
      `{ a: provenanceRuns(status: [RUNNING]) { totalCount } b: provenanceRuns(tool: {startsWith: "imp"}) { nodes { key } } c: provenanceRun(by: {key: "edit/2"}) { agent } }`,
    )
    expect(filtered).toEqual({
      a: { totalCount: 1 },
      b: { nodes: [{ key: 'import/1' }] },
      c: { agent: null },
    })
    const { body } = await api.askAs('EDITOR', '{ provenanceRun(by: {key: "edit/2"}) { agent } }')
    expect(body.data).toEqual({ provenanceRun: { agent: 'ana' } })
  })
})

describe('search', () => {
  const search = async (args: string) =>
    (
      await api.query(
        `{ search(${args}) { totalCount modeUsed edges { score node { __typename ... on Entity { slug } ... on MediaObject { key } ... on Workflow { slug } } highlights { field snippet ranges { start end } } } } }`,
      )
    ).search
  const names = (found: { edges: { node: { slug?: string; key?: string } }[] }) =>
    found.edges.map(({ node }) => node.slug ?? node.key)

  it('finds words in titles, summaries and attributes, the title weighing most, whatever case, accents and inflection', async () => {
    expect(names(await search('query: "Aland"'))).toEqual(['aland'])
    expect(names(await search('query: "ESPANA"'))).toEqual(['spain'])
    expect(names(await search('query: "россии"'))).toEqual(['moskva'])
    expect(names(await search('query: "lands"'))).toEqual(['portugal', 'spain'])
    expect(names(await search('query: "portugal", targets: [ENTITY]'))).toEqual(['portugal'])
  })

  it('finds media and workflows, too, and reports where they match', async () => {
    const found = await search('query: "portugal"')
    expect(names(found).sort()).toEqual(['flag/pt', 'portugal'])
    expect(found).toMatchObject({ totalCount: 2, modeUsed: 'LEXICAL' })
    const flag = found.edges.find(({ node }: { node: { key?: string } }) => node.key === 'flag/pt')
    expect(flag.highlights).toEqual([
      { field: 'alt', snippet: 'Flag of Portugal', ranges: [{ start: 8, end: 16 }] },
    ])
    expect(names(await search('query: "reviewing countries"'))).toEqual(['review'])
  })

  it('highlights by UTF-16 offsets in plain text', async () => {
    await api.database.pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ('emoji', 'city', '🏙️ Große <b>Stadt</b>', 'PUBLISHED', repeat('b', 64))`,
    )
    const [edge] = (await search('query: "stadt"')).edges
    const [{ snippet, ranges }] = edge.highlights
    expect(snippet).toBe('🏙️ Große <b>Stadt</b>')
    expect(ranges.map(({ start, end }: { start: number; end: number }) => snippet.slice(start, end))).toEqual(
      ['Stadt'],
    )
    await api.database.pool.query(`DELETE FROM kb_entities WHERE slug = 'emoji'`)
  })

  it('composes with a filter, facets and paging', async () => {
    const { search: found } = await api.query(
      `{ search(query: "land or spoken or portugal", targets: [ENTITY], where: {tags: {hasAll: ["eu"]}}, first: 1) { totalCount facets(by: [TAG]) { buckets { value count } } edges { cursor node { ... on Entity { slug } } } pageInfo { hasNextPage endCursor } } }`,
    )
    expect(found).toMatchObject({
      totalCount: 2,
      pageInfo: { hasNextPage: true },
      facets: [
        {
          buckets: [
            { value: 'coast', count: 2 },
            { value: 'eu', count: 2 },
          ],
        },
      ],
    })
    const { search: rest } = await api.query(
      `query ($after: String) { search(query: "land or spoken or portugal", targets: [ENTITY], where: {tags: {hasAll: ["eu"]}}, first: 5, after: $after) { edges { node { ... on Entity { slug } } } pageInfo { hasNextPage } } }`,
      { after: found.pageInfo.endCursor },
    )
    expect([...names(found), ...names(rest)]).toEqual(['portugal', 'spain'])
  })

  it('rejects unsupported searches', async () => {
    for (const args of [
      'query: " "',
      'query: "x", mode: SEMANTIC',
      'query: "x", targets: []',
      `query: "${'x'.repeat(501)}"`,
    ]) {
      const { body } = await api.server.ask(`{ search(${args}) { totalCount } }`)
      expect(body.errors?.[0]?.extensions.code, args).toBe('BAD_REQUEST')
    }
    expect(names(await search(`query: "a & | ! <-> ' :* ( \\\\"`))).toEqual([])
  })

  it('suggests titles by prefix, the weightiest first', async () => {
    const { suggest } = await api.query(`{ suggest(prefix: "PORTU") { text score entity { slug } } }`)
    expect(suggest).toEqual([
      { text: 'Portugal', score: 3, entity: { slug: 'portugal' } },
      { text: 'Portuguese', score: 0, entity: { slug: 'portuguese' } },
    ])
  })
})

describe('service', () => {
  it('reports what answers', async () => {
    const { service, statistics } = await api.query(
      `{ service { version gitCommit schemaHash graphHash graphVersion databaseReachable storage capabilities license } statistics { hash density computedAt } }`,
    )
    expect(service).toMatchObject({
      version: '0.0.0-test',
      storage: 'NEON',
      databaseReachable: true,
      capabilities: ['LEXICAL_SEARCH', 'FUZZY_SEARCH', 'SUBSCRIPTIONS', 'TIME_TRAVEL'],
      license: 'MIT',
    })
    expect(service.graphVersion).toBeGreaterThan(0)
    expect(statistics.hash).toBe(service.graphHash)
    expect(statistics.density).toBeCloseTo(10 / 56)
  })

  it('changes the graph version with each change, and the hash with each published one', async () => {
    const read = async () => (await api.query(`{ service { graphHash graphVersion } }`)).service
    const before = await read()
    await api.database.pool.query(
      `UPDATE kb_entities SET content_hash = repeat('d', 64) WHERE slug = 'draftland'`,
    )
    const drafted = await read()
    expect(drafted.graphVersion).toBeGreaterThan(before.graphVersion)
    expect(drafted.graphHash).toBe(before.graphHash)
    await api.database.pool.query(
      `UPDATE kb_entities SET content_hash = repeat('d', 64) WHERE slug = 'spain'`,
    )
    expect((await read()).graphHash).not.toBe(before.graphHash)
  })
})

describe('a list that does not page', () => {
  it('is rejected, not cut, if it is too long', async () => {
    await api.database.pool.query(
      `INSERT INTO kb_entity_tags SELECT id, 'tag ' || i FROM kb_entities, generate_series(1, 1000) i WHERE slug = 'moskva'`,
    )
    const ask = '{ entity(by: {slug: "moskva"}) { tags } }'
    expect((await api.query(ask)).entity.tags).toHaveLength(1000)
    await api.database.pool.query(
      `INSERT INTO kb_entity_tags SELECT id, 'one more' FROM kb_entities WHERE slug = 'moskva'`,
    )
    const { body } = await api.server.ask(ask)
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('more than 1000 tags'),
      extensions: { code: 'BAD_REQUEST' },
    })
    await api.database.pool.query(
      `DELETE FROM kb_entity_tags USING kb_entities WHERE id = entity_id AND slug = 'moskva'`,
    )
  })
})
