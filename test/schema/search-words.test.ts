import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { foldText, spaceWords } from '../../src/domain/text/fold.ts'
import { parseWords } from '../../src/domain/text/word-query.ts'
import { createTestDatabase } from '../support/database.ts'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { silentLog } from '../support/silent-log.ts'
import { writeSmallGraph } from '../support/small-graph.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

// The same words, searched in the database and, without it, in memory.

const titles: Readonly<Record<string, string>> = {
  network: 'TCP/IP networking',
  runtime: 'node.js runtime',
  play: '«Macbeth», a play',
  bakery: 'O’Hara’s bakery',
  hero: 'ΟΔΥΣΣΕΥΣ',
  mail: 'write to ada@example.org',
  path: '/usr/local/bin holds programs',
  number: 'v1.2.3 costs 1e5 or 0e0abc',
  dashes: 'well–known — and self-help',
  accent: 'Cafe\u0301 Ångström',
  ligature: 'The oﬃce of Ǆungla',
  hyphen: 'co\u00adoperation',
  stress: 'Москва\u0301 и ёлка',
  georgian: 'ᲗᲑᲘᲚᲘᲡᲘ',
  istanbul: 'İSTANBUL ve Iğdır',
  street: 'GROẞE STRAẞE',
  cherokee: 'ᏣᎳᎩ',
  emoji: '🏙️Porto🏙️Novo',
  half: '½ litre of ㎏',
  stops: 'The Of',
}
const finds: readonly (readonly [query: string, slugs: readonly string[]])[] = [
  ['ip', ['network']],
  ['tcp', ['network']],
  ['TCP/IP', ['network']],
  ['node', ['runtime']],
  ['js', ['runtime']],
  ['macbeth', ['play']],
  ['o’hara', ['bakery']],
  ["O'HARA", ['bakery']],
  ['o´hara', ['bakery']],
  ['"o hara" bakery', ['bakery']],
  ['Οδυσσεύς', ['hero']],
  ['οδυσσευσ', ['hero']],
  ['example', ['mail']],
  ['ada@example.org', ['mail']],
  ['local', ['path']],
  ['/usr/local', ['path']],
  ['1e5', ['number']],
  ['0E0ABC', ['number']],
  ['3', ['number']],
  ['known', ['dashes']],
  ['well-known', ['dashes']],
  ['self—help', ['dashes']],
  ['CAFÉ', ['accent']],
  ['cafe', ['accent']],
  ['angstrom', ['accent']],
  ['office', ['ligature']],
  ['džungla', ['ligature']],
  ['cooperation', ['hyphen']],
  ['москва', ['stress']],
  ['елка', ['stress']],
  ['თბილისი', ['georgian']],
  ['istanbul', ['istanbul']],
  ['igdir', ['istanbul']],
  ['große', ['street']],
  ['strasse', ['street']],
  ['ꮳꮃꭹ', ['cherokee']],
  ['porto', ['emoji']],
  ['novo', ['emoji']],
  ['kg', ['half']],
  ['2', ['half', 'number']],
  ['the of', []],
  ['-', []],
]
const random = fc
  .sample(
    fc
      .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
      .map((words) => words.join(' ').toWellFormed().replaceAll('\0', '').trim())
      .filter((title) => spaceWords(foldText(title)).trim() !== ''),
    30,
  )
  .map((title, at): readonly [string, string] => [`random-${at}`, title])

let link: TcpProxy
let api: GraphApi
beforeAll(async () => {
  const database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  for (const [slug, title] of [...Object.entries(titles), ...random])
    await database.pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ($1, 'city', $2, 'PUBLISHED', repeat('b', 64))`,
      [slug, title],
    )
  link = await startTcpProxy(database.url)
  const pool = createPool(link.url, { log: silentLog })
  const drop = async () => {
    if (!pool.ended) await pool.end()
    await database.drop()
  }
  api = await startGraphApi(async () => {}, { url: database.url, pool, drop }, { inMemory: true })
}, 60_000)
afterAll(async () => {
  await api.stop()
  await link.stop()
})

const document = `query ($q: String!, $first: Int! = 50) {
  search(query: $q, mode: LEXICAL, targets: [ENTITY], first: $first, where: { kind: { eq: "city" } }) {
    didYouMean edges { node { ... on Entity { slug } } highlights { field ranges { start end } } }
  }
}`
interface Found {
  readonly slugs: readonly string[]
  /** The marked parts of each title, by slug. */
  readonly marked: Readonly<Record<string, readonly string[]>>
  readonly didYouMean: string | null
}
interface Edge {
  readonly node: { readonly slug: string }
  readonly highlights: readonly {
    readonly field: string
    readonly ranges: readonly { readonly start: number; readonly end: number }[]
  }[]
}
const all: Readonly<Record<string, string>> = { ...titles, ...Object.fromEntries(random) }
async function ask(q: string): Promise<Found> {
  const { search } = await api.query(document, { q })
  const edges = (search.edges as Edge[]).filter(({ node }) => node.slug in all)
  const marked = edges.map(({ node, highlights }): [string, string[]] => [
    node.slug,
    highlights
      .filter(({ field }) => field === 'title')
      .flatMap(({ ranges }) => ranges.map(({ start, end }) => all[node.slug]!.slice(start, end))),
  ])
  return {
    slugs: edges.map(({ node }) => node.slug).toSorted(),
    marked: Object.fromEntries(marked),
    didYouMean: search.didYouMean,
  }
}
async function insensitive(text: string): Promise<string[]> {
  const { entities } = await api.query(
    `query ($text: String!) { entities(first: 100, where: { title: { containsInsensitive: $text } }) { nodes { slug } } }`,
    { text },
  )
  return (entities.nodes as { slug: string }[]).map(({ slug }) => slug)
}

describe.each(['database', 'memory'])('words asked of the %s', (where) => {
  beforeAll(() => link.takeDown(where === 'memory'))

  it.each(finds.filter(([, slugs]) => slugs.length > 0))(
    '%j finds %j, and what was found is marked',
    async (q, slugs) => {
      const { slugs: found, marked } = await ask(q)
      expect(found.filter((slug) => slug in titles)).toEqual(slugs)
      for (const slug of slugs) expect(marked[slug]).not.toEqual([])
    },
  )

  it.each(finds.filter(([, slugs]) => slugs.length === 0))('%j finds nothing', async (q) => {
    expect((await ask(q)).slugs).toEqual([])
  })

  it('marks the words as they are written', async () => {
    expect((await ask("o'hara")).marked).toMatchObject({ bakery: ['O', 'Hara'] })
    expect((await ask('cafe')).marked).toMatchObject({ accent: ['Cafe\u0301'] })
    expect((await ask('office')).marked).toMatchObject({ ligature: ['oﬃce'] })
    expect((await ask('known')).marked).toMatchObject({ dashes: ['known'] })
    expect((await ask('2 1 kg')).marked).toMatchObject({ half: ['½', '㎏'] })
  })

  it('finds every title by each of its words', async () => {
    for (const [slug, title] of random)
      for (const word of new Set(spaceWords(foldText(title)).trim().split(' '))) {
        const { slugs } = await ask(`"${word}"`)
        // Stop words alone find nothing.
        if (parseWords(word).length > 0) expect(slugs, `${JSON.stringify(title)} by ${word}`).toContain(slug)
      }
  })

  it.each([
    ['ΟΔΥΣ', ['hero']],
    ['οδυς', ['hero']],
    ['οδυσσεύς', ['hero']],
    ["O'HARA’S", ['bakery']],
    ['"MACBETH"', ['play']],
    ['well-KNOWN', ['dashes']],
    ['ᲗᲑᲘ', ['georgian']],
    ['თბი', ['georgian']],
    ['istanbul', ['istanbul']],
    ['İSTANBUL', ['istanbul']],
    ['straße', ['street']],
    ['STRASSE', ['street']],
    ['OFFICE', ['ligature']],
    ['cooper', ['hyphen']],
    ['МОСКВА', ['stress']],
    ['Ꮃ', ['cherokee']],
    ['ꮃ', ['cherokee']],
    ['tcp/ip', ['network']],
  ])('a title contains %j, whatever its case: %j', async (text, slugs) => {
    expect((await insensitive(text)).filter((slug) => slug in titles)).toEqual(slugs)
  })

  it('suggests neither the query itself nor a dead end', async () => {
    for (const typed of [
      'TCPP',
      'netwerking',
      'the of',
      'of',
      'macbetj',
      'Οδυσευς',
      '"tcp runtime"',
      'ohara',
    ]) {
      const { slugs, didYouMean } = await ask(typed)
      expect(slugs, typed).toEqual([])
      if (didYouMean === null) continue
      expect(foldText(didYouMean), typed).not.toBe(foldText(typed))
      expect((await ask(didYouMean)).slugs, didYouMean).not.toEqual([])
    }
    expect((await ask('macbetj')).didYouMean).toBe('Macbeth')
  })
})
