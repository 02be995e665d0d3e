import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

const countries = ['aland', 'andorra', 'france', 'portugal', 'spain']
const others = ['moskva', 'portuguese', 'spanish']
const all = [...countries, ...others].sort()
const without = (...slugs: string[]) => all.filter((slug) => !slugs.includes(slug))

describe('filters of entities', () => {
  it.each([
    ['{}', all],
    ['{slug: {eq: "spain"}}', ['spain']],
    ['{slug: {in: ["spain", "none"]}}', ['spain']],
    ['{slug: {notIn: ["spain"]}}', without('spain')],
    ['{slug: {startsWith: "portug"}}', ['portugal', 'portuguese']],
    ['{kind: {eq: "country"}}', countries],
    ['{domain: {ne: "geography"}}', ['aland', ...others]],
    ['{not: {domain: {eq: "geography"}}}', ['aland', ...others]],
    ['{title: {eq: "Spain"}}', ['spain']],
    ['{title: {contains: "ortu"}}', ['portugal', 'portuguese']],
    ['{title: {startsWith: "P"}}', ['portugal', 'portuguese']],
    ['{title: {containsInsensitive: "ALAND"}}', ['aland']],
    ['{title: {containsInsensitive: "МОСКВА"}}', ['moskva']],
    ['{title: {containsInsensitive: "%"}}', []],
    ['{title: {contains: "_"}}', []],
    ['{title: {in: ["Spain", "France"], ne: "France"}}', ['spain']],
    ['{title: {notIn: ["Spain"]}, kind: {eq: "country"}}', countries.filter((slug) => slug !== 'spain')],
    ['{title: {isNull: true}}', []],
    ['{status: [PUBLISHED]}', all],
    ['{status: [DRAFT, ARCHIVED]}', []],
    ['{tags: {hasAny: ["island", "landlocked"]}}', ['aland', 'andorra']],
    ['{tags: {hasAll: ["coast", "eu"]}}', ['france', 'portugal', 'spain']],
    ['{tags: {hasNone: ["coast"]}, kind: {eq: "country"}}', ['aland', 'andorra']],
    ['{tags: {isEmpty: true}}', others],
    ['{tags: {isEmpty: false}}', countries],
    ['{attributes: [{pointer: "/code", eq: "PT"}]}', ['portugal']],
    ['{attributes: [{pointer: "/code", eq: null}]}', ['aland']],
    ['{attributes: [{pointer: "/code", exists: true}]}', countries],
    ['{attributes: [{pointer: "/code", exists: false}]}', others],
    ['{attributes: [{pointer: "/names/native", in: ["España", 1]}]}', ['spain']],
    ['{attributes: [{pointer: "/names", contains: {native: "Portugal"}}]}', ['portugal']],
    ['{attributes: [{pointer: "/area", gt: 1000, lt: 100000}]}', ['aland', 'portugal']],
    ['{attributes: [{pointer: "/code", gt: 0}]}', []],
    ['{createdAt: {gt: "2020-01-01T00:00:00Z"}}', all],
    ['{updatedAt: {lte: "2020-01-01T00:00:00Z"}}', []],
    ['{degree: {eq: 0}}', ['aland', 'moskva']],
    ['{degree: {gte: 4, ne: 7}}', ['portugal']],
    ['{degree: {in: [1, 2]}}', ['france', 'portuguese', 'spanish']],
    ['{hasMedia: true}', ['portugal']],
    ['{hasSource: false}', without('portugal', 'spain')],
    ['{or: [{slug: {eq: "spain"}}, {kind: {eq: "city"}}]}', ['moskva', 'spain']],
    ['{or: []}', []],
    ['{and: []}', all],
    ['{and: [{kind: {eq: "country"}}, {not: {tags: {hasAll: ["eu"]}}}]}', ['aland', 'andorra']],
    ['{edges: {some: {relations: ["speaks"], direction: IN}}}', ['portuguese', 'spanish']],
    [
      '{edges: {some: {direction: OUT, relations: ["borders"], entity: {slug: {eq: "andorra"}}}}}',
      ['france', 'spain'],
    ],
    ['{edges: {some: {weight: {gt: 1000}}}}', ['portugal', 'spain']],
    ['{edges: {none: {}}}', ['aland', 'moskva']],
    [
      '{edges: {every: {relations: ["borders"], entity: {tags: {hasAll: ["eu"]}}}}, kind: {eq: "country"}}',
      ['aland', 'andorra', 'portugal'],
    ],
    [
      '{edges: {some: {entity: {edges: {some: {relations: ["speaks"], entity: {slug: {eq: "portuguese"}}}}}}}}',
      ['portuguese', 'spain'],
    ],
  ])('%s', async (where, expected) => {
    const { entities } = await api.query(
      `{ entities(where: ${where}, first: 100) { totalCount nodes { slug } } }`,
    )
    expect(entities.nodes.map((node: { slug: string }) => node.slug)).toEqual(expected)
    expect(entities.totalCount).toBe(expected.length)
  })

  it('reject null operators and absurd sizes with their location', async () => {
    const { body, status } = await api.server.ask(
      `query ($w: EntityFilter) { entities(where: $w) { totalCount } }`,
      {
        w: {
          title: { eq: null },
          or: [{ slug: null }],
          kind: { in: Array.from({ length: 1001 }, () => 'x') },
        },
      },
    )
    expect(status).toBe(200)
    const [error] = body.errors!
    expect(error!.extensions.code).toBe('BAD_REQUEST')
    for (const pointer of ['/where/title/eq', '/where/or/0/slug', '/where/kind/in'])
      expect(error!.message).toContain(pointer)
  })

  it.each(['2026-11-28T00:00:00+16:00', '2026-11-28T00:00:00-23:59', '0001-01-01T00:00:00Z'])(
    'compare with %s, a moment that PostgreSQL would not take as it is written',
    async (moment) => {
      const where = { createdAt: { lt: '9999-12-31T23:59:59.999999Z', gt: moment } }
      const { body } = await api.server.ask(
        'query ($where: EntityFilter) { entities(where: $where) { totalCount } }',
        { where: { ...where, updatedAt: { lt: moment } } },
      )
      expect(body).toEqual({ data: { entities: { totalCount: 0 } } })
    },
  )

  it.each(['2026-11-31T00:00:00Z', '2026-02-30T00:00:00Z', '0000-01-01T00:00:00Z', '2026-12-31T23:59:60Z'])(
    'refuse %s, which is no moment, and name the place',
    async (moment) => {
      const asked = 'query ($where: EntityFilter) { entities(where: $where) { totalCount } }'
      const inVariables = await api.server.ask(asked, { where: { not: { createdAt: { gt: moment } } } })
      expect(inVariables.body.errors![0]).toMatchObject({
        message: expect.stringMatching(/"where\.not\.createdAt\.gt"; DateTime must be RFC 3339/),
        extensions: { code: 'BAD_REQUEST' },
      })
      const inDocument = await api.server.ask(
        `{ entities(where: {createdAt: {gt: "${moment}"}}) { totalCount } }`,
      )
      expect(inDocument.body.errors![0]).toMatchObject({
        message: expect.stringContaining('DateTime must be RFC 3339'),
        locations: [{ line: 1, column: 36 }],
      })
    },
  )

  it.each([
    ['Key', '{ entity(by: {slug: "Not a key"}) { id } }', 21],
    ['Int', '{ entities(first: "ten") { totalCount } }', 19],
  ])('say where in a document a wrong %s stands', async (_, query, column) => {
    const { body } = await api.server.ask(query)
    expect(body.errors![0]).toMatchObject({ locations: [{ line: 1, column }] })
  })

  it('reject an invalid pointer', async () => {
    const { body } = await api.server.ask(
      `{ entities(where: {attributes: [{pointer: "code", eq: 1}]}) { totalCount } }`,
    )
    expect(body.errors![0]).toMatchObject({
      extensions: { code: 'BAD_REQUEST' },
      message: expect.stringContaining('RFC 6901'),
    })
  })
})

describe('filters of edges', () => {
  it.each([
    ['{}', 10],
    ['{relation: {eq: "borders"}}', 4],
    ['{relation: {in: ["speaks", "knows"]}}', 6],
    ['{weight: {gte: 646}}', 2],
    ['{weight: {isNull: true}}', 8],
    ['{source: {slug: {eq: "spain"}}}', 3],
    ['{target: {kind: {eq: "language"}}, source: {tags: {hasAll: ["eu"]}}}', 2],
    ['{or: [{weight: {gt: 1000}}, {target: {slug: {eq: "portuguese"}}}]}', 2],
    ['{not: {relation: {eq: "borders"}}}', 6],
    ['{attributes: [{pointer: "/official", eq: true}]}', 1],
    ['{updatedAt: {gt: "2020-01-01T00:00:00Z"}}', 10],
  ])('%s', async (where, count) => {
    const { edges } = await api.query(`{ edges(where: ${where}, first: 100) { totalCount nodes { id } } }`)
    expect([edges.totalCount, edges.nodes.length]).toEqual([count, count])
  })
})

describe('orders', () => {
  const order = async (field: string, direction: string) => {
    const { entities } = await api.query(
      `{ entities(orderBy: [{field: ${field}, direction: ${direction}}], first: 100) { nodes { slug } } }`,
    )
    return entities.nodes.map((node: { slug: string }) => node.slug)
  }
  it.each([
    ['SLUG', 'ASC', all],
    ['SLUG', 'DESC', all.toReversed()],
    ['TITLE', 'ASC', ['aland', 'andorra', 'france', 'portugal', 'portuguese', 'spain', 'spanish', 'moskva']],
    ['KIND', 'ASC', ['moskva', ...countries, 'portuguese', 'spanish']],
    ['DOMAIN', 'ASC', ['andorra', 'france', 'portugal', 'spain', 'portuguese', 'spanish', 'aland', 'moskva']],
    [
      'DOMAIN',
      'DESC',
      ['portuguese', 'spanish', 'andorra', 'france', 'portugal', 'spain', 'aland', 'moskva'],
    ],
    [
      'DEGREE',
      'DESC',
      ['spain', 'portugal', 'andorra', 'france', 'spanish', 'portuguese', 'aland', 'moskva'],
    ],
    [
      'IMPORTANCE',
      'DESC',
      ['france', 'spain', 'portugal', 'aland', 'andorra', 'moskva', 'portuguese', 'spanish'],
    ],
  ])('by %s %s: ties by slug, null last', async (field, direction, expected) => {
    expect(await order(field, direction)).toEqual(expected)
  })
})
