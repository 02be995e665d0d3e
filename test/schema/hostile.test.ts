import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
beforeAll(async () => {
  api = await startGraphApi()
})
afterAll(() => api.stop())

async function refusal(query: string, variables?: unknown) {
  const { status, body } = await api.server.ask(query, variables)
  expect(status, JSON.stringify(body)).toBeLessThan(500)
  expect(body.errors, JSON.stringify(body.data)).toBeDefined()
  expect((await api.server.ask('{ entity(by: {slug: "spain"}) { slug } }')).body.data).toEqual({
    entity: { slug: 'spain' },
  })
  return { code: body.errors![0]!.extensions.code, message: body.errors![0]!.message }
}
const cursorOf = async (query: string) => (await api.query(query)).entities.pageInfo.endCursor as string

describe('hostile input gets a clear error with a code, and the server stays up', () => {
  it.each([
    ['a slug that is no key', '{ entity(by: {slug: "No Slug!"}) { id } }', 'BAD_REQUEST', /Key/],
    ['first: 101', '{ entities(first: 101) { nodes { id } } }', 'BAD_REQUEST', /first.*101.*1 to 100/],
    ['first: 0', '{ entities(first: 0) { nodes { id } } }', 'BAD_REQUEST', /first/],
    ['last: -1', '{ edges(last: -1) { nodes { id } } }', 'BAD_REQUEST', /last/],
    ['first with last', '{ entities(first: 1, last: 1) { nodes { id } } }', 'BAD_REQUEST', /first.*last/],
    [
      'a nested first: 101',
      '{ entity(by: {slug: "spain"}) { edges(first: 101) { nodes { id } } } }',
      'BAD_REQUEST',
      /101/,
    ],
    ['a facet limit of 0', '{ entities { facets(by: [KIND], limit: 0) { field } } }', 'BAD_REQUEST', /limit/],
    [
      'two lookups at once',
      '{ entity(by: {slug: "spain", url: "https://example.org"}) { id } }',
      'BAD_REQUEST',
      /EntityLookup/,
    ],
    ['no lookup', '{ entity(by: {}) { id } }', 'BAD_REQUEST', /EntityLookup/],
    ['101 ids', `{ nodes(ids: [${'"x",'.repeat(101)}]) { id } }`, 'BAD_REQUEST', /101/],
    ['a javascript: address', '{ entity(by: {url: "javascript:alert(1)"}) { id } }', 'BAD_REQUEST', /URL/],
    [
      'a day that is none',
      '{ entities(where: {createdAt: {gt: "2026-13-01T00:00:00Z"}}) { totalCount } }',
      'BAD_REQUEST',
      /DateTime/,
    ],
    [
      'a February of 30 days',
      '{ entities(where: {createdAt: {gt: "2026-02-30T00:00:00Z"}}) { totalCount } }',
      'BAD_REQUEST',
      /./,
    ],
    ['NUL in a literal', '{ suggest(prefix: "a\\u0000b") { text } }', 'BAD_REQUEST', /U\+0000/],
    ['an unknown field', '{ entity(by: {slug: "spain"}) { password } }', 'BAD_REQUEST', /password/],
    ['no GraphQL at all', '{{{', 'BAD_REQUEST', /Syntax/],
  ])('%s', async (_, query, code, message) => {
    const found = await refusal(query)
    expect(found).toEqual({ code, message: expect.stringMatching(message) })
  })

  it.each([
    ['NUL in a variable', { s: 'a\0b' }],
    ['a lone surrogate in a variable', { s: 'a\ud800' }],
  ])('%s', async (_, variables) => {
    const { code } = await refusal('query ($s: String!) { suggest(prefix: $s) { text } }', variables)
    expect(code).toBe('BAD_REQUEST')
  })

  it('a lone surrogate and NUL inside JSON', async () => {
    const query =
      'query ($v: JSON) { entities(where: {attributes: [{pointer: "/a", eq: $v}]}) { totalCount } }'
    for (const v of ['\ud800', { deep: ['\udfff'] }, '\0', { '\0': 1 }])
      expect((await refusal(query, { v })).code).toBe('BAD_REQUEST')
  })

  it('a body of 2 MB', async () => {
    const { status, body } = await api.server.ask('{ __typename }', { pad: 'x'.repeat(2_000_000) })
    expect(status).toBe(413)
    expect(body.errors?.[0]?.extensions.code).toBe('PAYLOAD_TOO_LARGE')
  })

  it('a cursor of another order, another filter, another list', async () => {
    const cursor = await cursorOf('{ entities(first: 2) { pageInfo { endCursor } } }')
    for (const list of [
      'entities(orderBy: [{field: TITLE}], after: $c) { nodes { id } }',
      'entities(where: {kind: {eq: "country"}}, after: $c) { nodes { id } }',
      'edges(before: $c) { nodes { id } }',
      'entity(by: {slug: "spain"}) { neighbors(after: $c) { nodes { id } } }',
    ]) {
      const { code, message } = await refusal(`query ($c: String) { ${list} }`, { c: cursor })
      expect(code, list).toBe('BAD_CURSOR')
      expect(message).toContain('another list, filter or order')
    }
  })

  it('a thousand forged cursors', async () => {
    const cursor = await cursorOf('{ entities(first: 2) { pageInfo { endCursor } } }')
    const ask = `query ($c: String) { entities(after: $c) { nodes { id } } }`
    const mutated = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc
        .tuple(fc.nat(cursor.length - 1), fc.constantFrom(...'ABCxyz019-_'))
        .map(([at, character]) => cursor.slice(0, at) + character + cursor.slice(at + 1)),
      fc.nat(cursor.length - 1).map((length) => cursor.slice(0, length)),
    )
    let refused = 0
    await fc.assert(
      fc.asyncProperty(mutated, async (forged) => {
        const { status, body } = await api.server.ask(ask, { c: forged })
        expect(status).toBeLessThan(500)
        // Base64url can spell the same bytes differently.
        if (Buffer.from(forged, 'base64url').equals(Buffer.from(cursor, 'base64url'))) return
        expect(['BAD_CURSOR', 'BAD_REQUEST']).toContain(body.errors?.[0]?.extensions.code)
        refused += 1
      }),
      { numRuns: 1000 },
    )
    expect(refused).toBeGreaterThan(900)
  })

  it('SQL in every text: the same rows or a refusal, and no table lost', async () => {
    const payloads = [
      "'",
      "';DROP TABLE kb_edges;--",
      '" OR 1=1 --',
      '$1',
      '%',
      '_',
      '\\',
      "\\'",
      '/**/',
      'E\\x27',
      '1; SELECT pg_sleep(9)',
      '${x}',
      "') OR TRUE --",
    ]
    for (const payload of payloads) {
      const { status, body } = await api.server.ask(
        `query ($p: String!, $v: JSON) { a: entities(where: {title: {contains: $p}}) { totalCount } b: entities(where: {title: {containsInsensitive: $p}}) { totalCount } c: entities(where: {tags: {hasAny: [$p]}}) { totalCount } d: entities(where: {attributes: [{pointer: "/a", eq: $v}]}) { totalCount } e: suggest(prefix: $p) { text } f: vocabulary { tags(startsWith: $p) { tag } } g: search(query: $p) { totalCount } }`,
        { p: payload, v: payload },
      )
      expect(status).toBeLessThan(500)
      const { data } = body
      expect(data?.['a'], payload).toEqual({ totalCount: 0 })
      expect(data?.['c']).toEqual({ totalCount: 0 })
    }
    expect((await api.query('{ edges { totalCount } }')).edges.totalCount).toBe(10)
  })
})
