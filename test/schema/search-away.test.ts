import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { createTestDatabase } from '../support/database.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { silentLog } from '../support/silent-log.ts'
import { secret, writeSmallGraph } from '../support/small-graph.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

// Search without the database, from the last graph in memory.

let link: TcpProxy
let api: GraphApi
beforeAll(async () => {
  const database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  for (const [slug, title] of [
    ['sao-tome', 'São Tomé e Príncipe'],
    ['strasse', 'Große Straße'],
    ['kyiv', 'Київ і область'],
    ['new-york', 'New York, the city'],
  ])
    await database.pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ($1, 'city', $2, 'PUBLISHED', repeat('b', 64))`,
      [slug, title],
    )
  link = await startTcpProxy(database.url)
  const pool = createPool(link.url, { log: silentLog })
  api = await startGraphApi(
    async () => {},
    {
      url: database.url,
      pool,
      async drop() {
        if (!pool.ended) await pool.end()
        await database.drop()
      },
    },
    { inMemory: true },
  )
  link.takeDown(true)
})
afterAll(async () => {
  await api.stop()
  await link.stop()
})

const document = `query ($q: String!, $mode: SearchMode! = LEXICAL, $targets: [SearchTarget!], $where: EntityFilter, $first: Int, $after: String) {
  search(query: $q, mode: $mode, targets: $targets, where: $where, first: $first, after: $after) {
    totalCount didYouMean pageInfo { hasNextPage endCursor } facets(by: [KIND, TAG]) { field buckets { value label count } }
    edges { score node { __typename ... on Entity { slug title } ... on MediaObject { key } ... on Workflow { slug } } highlights { field snippet ranges { start end } } }
  }
}`
const search = async (q: string, more: object = {}) => (await api.query(document, { q, ...more })).search
const keysOf = (found: { edges: { node: { slug?: string; key?: string } }[] }) =>
  found.edges.map(({ node }) => node.slug ?? node.key)

describe('search while the database is away', () => {
  it('finds the beginnings of words, whatever their case and accents, in titles before summaries', async () => {
    expect(keysOf(await search('PORTUG', { targets: ['ENTITY'] }))).toEqual(['portugal', 'portuguese'])
    expect(keysOf(await search('sao tome'))).toEqual(['sao-tome'])
    expect(keysOf(await search('STRASSE'))).toEqual(['strasse'])
    expect(keysOf(await search('київ'))).toEqual(['kyiv'])
    expect(keysOf(await search('ocean'))).toContain('portugal')
  })

  it('supports all words, phrases, exclusions and alternatives', async () => {
    expect(keysOf(await search('land plains'))).toEqual(['spain'])
    expect(keysOf(await search('land -plains', { targets: ['ENTITY'] }))).toEqual(['portugal'])
    expect(keysOf(await search('"land of plains"'))).toEqual(['spain'])
    expect(keysOf(await search('"plains of land"'))).toEqual([])
    expect(keysOf(await search('plains or york')).toSorted()).toEqual(['new-york', 'spain'])
    expect(keysOf(await search('the'))).toEqual([])
    expect(keysOf(await search('"new york" -city'))).toEqual([])
  })

  it('highlights matches, and counts them by facet and filter', async () => {
    const { edges, totalCount, facets } = await search('land', { targets: ['ENTITY'] })
    expect(totalCount).toBe(2)
    const { highlights } = edges.find(({ node }: { node: { slug: string } }) => node.slug === 'portugal')
    expect(highlights).toEqual([
      { field: 'summary', snippet: 'A land at the ocean', ranges: [{ start: 2, end: 6 }] },
    ])
    expect(facets[0].buckets).toEqual([{ value: 'country', label: expect.any(String), count: 2 }])
    expect(keysOf(await search('land', { where: { slug: { eq: 'spain' } }, targets: ['ENTITY'] }))).toEqual([
      'spain',
    ])
  })

  it('finds misspelt words and suggests corrections', async () => {
    expect(keysOf(await search('Portugla', { mode: 'FUZZY' }))).toContain('portugal')
    expect((await search('Andora')).didYouMean).toBe('andorra')
    expect((await search('qqqqq')).didYouMean).toBeNull()
  })

  it.each(['LEXICAL', 'FUZZY'])('pages through the same list: %s', async (mode) => {
    const q = mode === 'LEXICAL' ? 'a or p or s or n or f' : 'portugese'
    const all = await search(q, { mode, first: 50 })
    expect(all.edges.length).toBeGreaterThan(mode === 'LEXICAL' ? 4 : 1)
    expect(all.totalCount).toBe(all.edges.length)
    const forth: unknown[] = []
    for (let after: string | null = null; ;) {
      const page: typeof all = await search(q, { mode, first: 1, after })
      forth.push(...page.edges)
      after = page.pageInfo.endCursor
      if (!page.pageInfo.hasNextPage) break
    }
    expect(forth).toEqual(all.edges)
  })

  it('completes prefixes by importance', async () => {
    const { suggest } = await api.query(`{ suggest(prefix: "p", first: 2) { text score entity { slug } } }`)
    expect(suggest).toEqual([
      { text: 'Portugal', score: 3, entity: { slug: 'portugal' } },
      { text: 'Portuguese', score: expect.any(Number), entity: { slug: 'portuguese' } },
    ])
    const folded = await api.query(`{ suggest(prefix: "SAO", first: 5) { entity { slug } } }`)
    expect(folded.suggest).toEqual([{ entity: { slug: 'sao-tome' } }])
  })

  it('never shows unpublished content', async () => {
    for (const mode of ['LEXICAL', 'FUZZY']) {
      expect(await search(secret, { mode })).toMatchObject({ edges: [], totalCount: 0 })
      expect(JSON.stringify(await search('a or z or d or s', { mode, first: 50 }))).not.toContain(secret)
    }
    expect((await api.query(`{ suggest(prefix: "${secret}") { text } }`)).suggest).toEqual([])
  })

  it('approximates filters that need the database', async () => {
    const where = { title: { containsInsensitive: 'PRÍNCIPE' } }
    const filtered = await api.query(
      `query ($where: EntityFilter) { entities(where: $where) { totalCount nodes { slug } } }`,
      { where },
    )
    expect(filtered.entities).toEqual({ totalCount: 1, nodes: [{ slug: 'sao-tome' }] })
    expect(keysOf(await search('sao or york', { where, targets: ['ENTITY'] }))).toEqual(['sao-tome'])
  })

  it('reports that the history is unavailable', async () => {
    const { body } = await api.server.ask(`{ changes(first: 1) { edges { node { __typename } } } }`)
    expect(body.errors).toHaveLength(1)
    expect(body.errors![0]!.extensions.code).toBe('BACKEND_UNAVAILABLE')
  })

  it('uses the database again once it is back', async () => {
    link.takeDown(false)
    await expect.poll(() => api.keeper.isDatabaseAway(), { timeout: 20_000 }).toBe(false)
    expect(keysOf(await search('oceans', { targets: ['ENTITY'] }))).toEqual(['portugal'])
  }, 30_000)
})
