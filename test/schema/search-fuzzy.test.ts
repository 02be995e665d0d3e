import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { secret, writeSmallGraph } from '../support/small-graph.ts'

const foreign: readonly (readonly [slug: string, title: string])[] = [
  ['athina', 'Ελληνική Δημοκρατία'],
  ['kyiv', 'Київ і область'],
  ['misr', 'جمهورية مصر العربية'],
  ['israel', 'מדינת ישראל'],
  ['bharat', 'भारत गणराज्य'],
  ['thai', 'ราชอาณาจักรไทย'],
  ['beijing', '北京市朝阳区'],
  ['hanguk', '대한민국 서울특별시'],
  ['sao-tome', 'São Tomé e Príncipe'],
  ['strasse', 'Große Straße'],
  ['emoji', '🏙️ Portogallo «antico»'],
  ['percent', '100% at_home\\'],
]

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi(async (pool) => {
    await writeSmallGraph(pool)
    for (const [slug, title] of foreign)
      await pool.query(
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ($1, 'city', $2, 'PUBLISHED', repeat('b', 64))`,
        [slug, title],
      )
  })
})
afterAll(() => api.stop())

const document = `query ($q: String!, $mode: SearchMode! = FUZZY, $targets: [SearchTarget!], $where: EntityFilter, $first: Int, $after: String) {
  search(query: $q, mode: $mode, targets: $targets, where: $where, first: $first, after: $after) {
    totalCount modeUsed didYouMean pageInfo { hasNextPage endCursor } facets(by: [KIND]) { buckets { value count } }
    edges { score node { __typename ... on Entity { slug } ... on MediaObject { key } ... on Workflow { slug } } highlights { field snippet ranges { start end } } }
  }
}`
const fuzzy = async (q: string, more: object = {}) => (await api.query(document, { q, ...more })).search
const didYouMean = async (q: string, more: object = {}) =>
  (await api.query(document, { q, mode: 'LEXICAL', ...more })).search.didYouMean
const names = (found: { edges: { node: { slug?: string; key?: string } }[] }) =>
  found.edges.map(({ node }) => node.slug ?? node.key)

describe('a fuzzy search', () => {
  it.each([
    ['Protugal', 'portugal'],
    ['portgual', 'portugal'],
    ['FRANSE', 'france'],
    ['andora', 'andorra'],
    ['alandd', 'aland'],
    ['spansh', 'spanish'],
    ['Sao Tomé Principe', 'sao-tome'],
    ['são thome', 'sao-tome'],
    ['grosse strase', 'strasse'],
    ['Масква', 'moskva'],
    ['МОСКВЯ', 'moskva'],
    ['Кийв область', 'kyiv'],
    ['ελληνικι', 'athina'],
    ['δημοκρατια', 'athina'],
    ['جمهوريه العربية', 'misr'],
    ['ישרל', 'israel'],
    ['भरत गणराज्य', 'bharat'],
    ['ราชอาณาจกรไทย', 'thai'],
    ['北京市朝日区', 'beijing'],
    ['대한민극', 'hanguk'],
  ])('for %s finds %s first', async (typed, slug) => {
    const found = await fuzzy(typed, { targets: ['ENTITY'] })
    expect(names(found)[0]).toBe(slug)
    expect(found).toMatchObject({ modeUsed: 'FUZZY', didYouMean: null })
    expect(found.totalCount).toBe(found.edges.length)
  })

  it('scores by similarity, 1 for a word as it is, and orders by it, then by target and slug', async () => {
    const found = await fuzzy('portugal')
    expect(found.edges.slice(0, 2)).toMatchObject([
      { score: 1, node: { __typename: 'Entity', slug: 'portugal' } },
      { score: 1, node: { __typename: 'MediaObject', key: 'flag/pt' } },
    ])
    const scores = found.edges.map(({ score }: { score: number }) => score)
    expect(scores).toEqual([...scores].sort((left, right) => right - left))
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0.26)
  })

  it('finds media by alternative text and key, and workflows by title', async () => {
    expect(names(await fuzzy('flagg of protugal', { targets: ['MEDIA'] }))).toEqual(['flag/pt'])
    const film = { q: 'unusde', targets: ['MEDIA'] }
    const { body } = await api.askAs('EDITOR', document, film)
    expect(names((body.data as { search: Parameters<typeof names>[0] }).search)).toEqual(['film/unused'])
    // Only a draft shows it.
    expect(names(await fuzzy(film.q, film))).toEqual([])
    expect(names(await fuzzy('reveiw', { targets: ['WORKFLOW'] }))).toEqual(['review'])
  })

  it('marks the words that are near, by UTF-16 offsets in plain text', async () => {
    const marked = async (q: string) =>
      (await fuzzy(q, { targets: ['ENTITY', 'MEDIA'] })).edges.flatMap(
        ({
          highlights,
        }: {
          highlights: { field: string; snippet: string; ranges: { start: number; end: number }[] }[]
        }) =>
          highlights.map(({ field, snippet, ranges }) => [
            field,
            snippet,
            ranges.map(({ start, end }) => snippet.slice(start, end)),
          ]),
      )
    expect(await marked('flgq portugall')).toContainEqual(['alt', 'Flag of Portugal', ['Portugal']])
    expect(await marked('portogalo antic')).toContainEqual([
      'title',
      '🏙️ Portogallo «antico»',
      ['Portogallo', 'antico'],
    ])
    expect(await marked('Масква')).toEqual([['title', 'Москва', ['Москва']]])
  })

  it('composes with a filter, facets, counts and paging', async () => {
    const everything = await fuzzy('portugese', { first: 50 })
    expect(everything.totalCount).toBeGreaterThan(2)
    expect(everything.facets[0].buckets).toContainEqual({ value: 'language', count: 1 })
    const paged: unknown[] = []
    for (let after: string | null = null, more = true; more;) {
      const page = await fuzzy('portugese', { first: 1, after })
      paged.push(...names(page))
      ;({ hasNextPage: more, endCursor: after } = page.pageInfo)
    }
    expect(paged).toEqual(names(everything))
    const countries = await fuzzy('portugese', { where: { kind: { eq: 'country' } }, targets: ['ENTITY'] })
    expect(names(countries)).toEqual(['portugal'])
    expect(countries.facets[0].buckets).toEqual([{ value: 'country', count: 1 }])
  })

  it('rejects cursors of another mode; AUTO and LEXICAL share theirs', async () => {
    const cursorOf = async (mode: string) => (await fuzzy('portugal', { mode, first: 1 })).pageInfo.endCursor
    const [lexical, near] = [await cursorOf('LEXICAL'), await cursorOf('FUZZY')]
    for (const [after, mode] of [
      [lexical, 'FUZZY'],
      [near, 'LEXICAL'],
    ]) {
      const { body } = await api.server.ask(document, { q: 'portugal', mode, first: 1, after })
      expect(body.errors?.[0]?.extensions.code).toBe('BAD_CURSOR')
    }
    expect((await fuzzy('portugal', { mode: 'AUTO', after: lexical })).modeUsed).toBe('LEXICAL')
  })

  it('is not used by AUTO and HYBRID, and SEMANTIC stays unsupported', async () => {
    for (const mode of ['AUTO', 'HYBRID']) expect((await fuzzy('spain', { mode })).modeUsed).toBe('LEXICAL')
    const { body } = await api.server.ask(document, { q: 'spain', mode: 'SEMANTIC' })
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('use LEXICAL, FUZZY or AUTO'),
      extensions: { code: 'BAD_REQUEST' },
    })
  })

  it.each([
    '%',
    '_',
    '%%%%',
    '\\',
    '!?…',
    '«»',
    '🏙️',
    "'",
    "'; DROP TABLE kb_entities; --",
    '$1',
    '\uE000',
    '(a|b)*+?[',
    "' || set_config('x.y', 'z', false) || '",
  ])('takes %j as nothing but text', async (typed) => {
    const found = await fuzzy(typed)
    for (const { score } of found.edges) expect(score).toBeGreaterThanOrEqual(0.26)
    expect(found.totalCount).toBeLessThan(6)
    await didYouMean(typed)
  })

  it('treats LIKE characters in titles as text', async () => {
    expect(names(await fuzzy('100% at_hom\\'))[0]).toBe('percent')
  })

  it('leaves no setting behind on its connection', async () => {
    const { pool } = api.database
    const setting = async () => (await pool.query(`SHOW pg_trgm.strict_word_similarity_threshold`)).rows
    const before = await setting()
    await Promise.all(Array.from({ length: 20 }, () => fuzzy('protugal')))
    expect(
      new Set(
        (await Promise.all(Array.from({ length: 10 }, setting))).flat().map((row) => JSON.stringify(row)),
      ),
    ).toEqual(new Set(before.map((row) => JSON.stringify(row))))
  })
})

describe('what was meant', () => {
  it.each([
    ['protugal', 'Portugal'],
    ['spansh', 'Spanish'],
    ['Масква', 'Москва'],
    ['北京市朝日区', '北京市朝阳区'],
    ['reveiw', 'Review'],
    ['δημοκρατεια', 'Δημοκρατία'],
    ['zzzzzz', null],
    ['%%%', null],
  ])('by %s is %s', async (typed, term) => {
    expect(await didYouMean(typed)).toBe(term)
  })

  it('is suggested only if nothing matched, and read only if requested', async () => {
    expect(await didYouMean('portugal')).toBeNull()
    const { search } = await api.query(`{ search(query: "portugal", first: 5) { pageInfo { endCursor } } }`)
    expect(await didYouMean('portugal', { after: search.pageInfo.endCursor })).toBeNull()
    api.statements.length = 0
    await api.query(`{ search(query: "protugal") { edges { score } } }`)
    expect(api.statements).toHaveLength(1)
    expect(await api.query(`{ search(query: "protugal") { didYouMean } }`)).toEqual({
      search: { didYouMean: 'Portugal' },
    })
  })

  it('respects the targets and filter of the search', async () => {
    expect(await didYouMean('reveiw', { targets: ['ENTITY'] })).toBeNull()
    expect(await didYouMean('spansh', { targets: ['ENTITY'], where: { kind: { eq: 'country' } } })).toBe(
      'Spain',
    )
  })

  it('is something a search finds', async () => {
    for (const typed of ['protugal', 'spansh', 'Масква', 'reveiw', 'δημοκρατεια']) {
      const found = await fuzzy(await didYouMean(typed), { mode: 'LEXICAL' })
      expect(found.totalCount, typed).toBeGreaterThan(0)
    }
  })
})

describe('drafts', () => {
  const typo = secret.replace('secret', 'secrte')

  it('never match for the public', async () => {
    for (const mode of ['FUZZY', 'LEXICAL']) {
      const found = await fuzzy(typo, { mode, first: 50 })
      expect(JSON.stringify(found)).not.toContain(secret)
      expect(found).toMatchObject({ totalCount: 0, didYouMean: null, facets: [{ buckets: [] }] })
    }
  })

  it('match for editors', async () => {
    const ask = async (mode: string) =>
      (await api.askAs('EDITOR', document, { q: typo, mode })).body.data as any // eslint-disable-line @typescript-eslint/no-explicit-any
    expect(names((await ask('FUZZY')).search).sort()).toEqual(['archiveland', 'draftland', 'hidden'])
    expect((await ask('LEXICAL')).search.didYouMean).toBe(secret)
  })
})
