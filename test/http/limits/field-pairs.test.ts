import { parse } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countFieldPairs } from '../../../src/http/limits/field-pairs.ts'
import { checkFilter } from '../../../src/domain/graph/filter.ts'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'

const pairsOf = (text: string, most = 1_000_000) => countFieldPairs(parse(text), most)

describe('pairs of fields of one name in one place', () => {
  test('are counted through inline fragments, spreads and fields of one name', () => {
    expect(pairsOf('{ a b c }')).toBe(0)
    expect(pairsOf('{ a a a }')).toBe(3)
    expect(pairsOf('{ x: a x: b }')).toBe(1)
    expect(pairsOf('{ ... { a } ... { a } ... on T { a } }')).toBe(3)
    expect(pairsOf('{ ...F a } fragment F on T { a }')).toBe(1)
    // Fields below both are one place.
    expect(pairsOf('{ a { b b } a { b } }')).toBe(1 + 3)
  })

  test('do not grow when a fragment is spread again', () => {
    expect(pairsOf('{ ...F ...F ...F } fragment F on T { a }')).toBe(0)
    expect(pairsOf('{ a { ...F } a { ...F } } fragment F on T { b }')).toBe(1)
  })

  test('are not counted beyond the limit', () => {
    const fields = 'a '.repeat(1000)
    expect(pairsOf(`{ ${fields} b { ${fields} } }`, 100)).toBeGreaterThan(100)
    expect(pairsOf(`{ ${fields} b { ${fields} } }`, 100)).toBeLessThan(1_000_000)
  })
})

describe('a refusal', () => {
  let api: GraphApi
  beforeAll(async () => {
    api = await startGraphApi(undefined, undefined, { env: { KB_RATE_LIMIT: '60' } })
  })
  afterAll(() => api.stop())

  const flood = `{ entity(by: { slug: "spain" }) { ${`... { ${'title '.repeat(45)} } `.repeat(40)} } }`

  test('comes before the validation compares equal fields with each other', async () => {
    const { status, body } = await api.server.ask(flood)
    expect([status, body.errors![0]!.message]).toEqual([
      400,
      expect.stringContaining('pairs of fields of one name'),
    ])
  })

  test('comes at once where fragments that nothing uses have billions of fields', async () => {
    const below = (name: string) =>
      `a: neighbor { ...${name} } b: neighbor { ...${name} } c: neighbor { ...${name} }`
    const fragments = Array.from(
      { length: 25 },
      (_, at) => `fragment F${at} on Nothing { ${below(`F${at + 1}`)} }`,
    )
    const text = `{ __typename } ${fragments.join(' ')} fragment F25 on Nothing { d }`
    const { status, body } = await api.server.ask(text)
    expect([status, body.errors![0]!.message]).toEqual([400, expect.stringContaining('levels of fields')])
    const shallow = Array.from(
      { length: 11 },
      (_, at) => `fragment F${at} on Nothing { ${below(`F${at + 1}`)} }`,
    )
    const wide = `{ __typename } ${shallow.join(' ')} fragment F11 on Nothing { d }`
    expect((await api.server.ask(wide)).body.errors![0]!.message).toMatch(/fields|aliases/)
  })

  test.each([
    ['no GraphQL', '{'],
    ['an unknown field', '{ nothing }'],
    ['equal fields', flood],
  ])('of %s costs 10 points, until none is left', async (_, text) => {
    const own = await startGraphApi(undefined, undefined, { env: { KB_RATE_LIMIT: '60' } })
    try {
      for (let time = 0; time < 6; time++) expect((await own.server.ask(text)).status).toBe(400)
      const { status, body, headers } = await own.server.ask(text)
      expect([status, body.errors![0]!.extensions.code]).toEqual([429, 'RATE_LIMITED'])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    } finally {
      await own.stop()
    }
  })

  test('does not change the cost of a valid document', async () => {
    const own = await startGraphApi(undefined, undefined, { env: { KB_RATE_LIMIT: '60' } })
    try {
      for (let time = 0; time < 20; time++)
        expect((await own.server.ask('{ entity(by: { slug: "spain" }) { title } }')).status).toBe(200)
    } finally {
      await own.stop()
    }
  })
})

describe('a filter', () => {
  test('is validated once, up to its limit', () => {
    let looked = 0
    const watched = (inner: object) =>
      new Proxy(inner, {
        ownKeys(target) {
          looked++
          return Reflect.ownKeys(target)
        },
      })
    const small = watched({ slug: { eq: 'a' } })
    for (let time = 0; time < 50; time++) checkFilter('where', small)
    expect(looked).toBe(1)
    looked = 0
    const large = { or: Array.from({ length: 900 }, () => watched({ slug: { eq: 'a' }, kind: { eq: 'b' } })) }
    expect(() => checkFilter('where', large)).toThrow(/more than 200 conditions/)
    expect(looked).toBeLessThan(210)
  })

  test('in a variable has a price', async () => {
    const api = await startGraphApi()
    try {
      const query =
        'query ($where: EntityFilter) { entities(where: $where, first: 1) { totalCount } rateLimit(dryRun: true) { cost } }'
      const costOf = async (length: number) => {
        const where = { slug: { in: Array.from({ length }, (_, at) => `s${at}`) } }
        return (await api.query<{ rateLimit: { cost: number } }>(query, { where })).rateLimit.cost
      }
      expect((await costOf(900)) - (await costOf(1))).toBe(18)
    } finally {
      await api.stop()
    }
  })
})
