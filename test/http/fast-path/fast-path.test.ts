import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGraphApi, type GraphApi, type GraphApiOptions } from '../../support/graph-api.ts'
import {
  openSocket,
  postText,
  readAnswers,
  sendRaw,
  type RawAnswer,
  type RawRequest,
} from '../../support/raw-http.ts'
import { writeSmallGraph } from '../../support/small-graph.ts'

const json = { 'content-type': 'application/json' }
const post = (body: object | string, headers: Record<string, string> = {}): RawRequest => ({
  headers: { ...json, accept: 'application/graphql-response+json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const get = (params: Record<string, string>, headers: Record<string, string> = {}): RawRequest => ({
  method: 'GET',
  path: `/graphql?${new URLSearchParams(params).toString()}`,
  headers: { accept: 'application/graphql-response+json', ...headers },
})
const bySlug = 'query BySlug($s: Key!) { entity(by: { slug: $s }) { id slug title tags } }'
const portugal = { query: bySlug, variables: { s: 'portugal' } }
const portugalByGet = { query: bySlug, variables: '{"s":"portugal"}' }

async function withApi(
  options: GraphApiOptions,
  work: (api: GraphApi) => Promise<void>,
  fill = writeSmallGraph,
) {
  const api = await startGraphApi(fill, undefined, options)
  try {
    await work(api)
  } finally {
    await api.stop()
  }
}
const facts = ({ status, headers, body }: RawAnswer) => ({ status, headers, body })

/** Valid public documents. */
const documents: Record<string, object> = {
  'a scalar variable': portugal,
  'aliases, fragments and type names': {
    query: `{ __typename one: entity(by: { slug: "spain" }) { ...F other: title } two: entity(by: { slug: "none" }) { ...F } }
      fragment F on Entity { __typename ... on Node { id } ... { slug title } kind { key label __typename } }`,
  },
  'conditions that include': {
    query:
      'query ($a: Boolean!, $b: Boolean = true) { entity(by: { slug: "spain" }) { id @include(if: $a) title @skip(if: $a) tags @include(if: $b) } }',
    variables: { a: true },
  },
  'conditions that skip': {
    query:
      'query ($a: Boolean!, $b: Boolean = true) { entity(by: { slug: "spain" }) { id @include(if: $a) title @skip(if: $a) tags @include(if: $b) } }',
    variables: { a: false, b: false },
  },
  'one operation of several': {
    query:
      'query A { entity(by: { slug: "spain" }) { title } } query B { entity(by: { slug: "france" }) { title } }',
    operationName: 'B',
  },
  'a connection with everything': {
    query: `query ($n: Int, $after: String) { entities(first: $n, after: $after, orderBy: [{ field: TITLE, direction: DESC }], where: { kind: { eq: "country" } }) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { slug degree createdAt contentHash attributes } } } }`,
    variables: { n: 2 },
  },
  'edges within edges': {
    query:
      '{ entity(by: { slug: "spain" }) { edges(direction: ANY, first: 5) { nodes { weight relation { key } source { slug } target { slug edges(direction: OUT, first: 2) { nodes { id } } } } } } }',
  },
  'no variables, said as null': {
    query: '{ entity(by: { slug: "moskva" }) { title summary } }',
    variables: null,
  },
  'a variable that nobody asked for': { ...portugal, variables: { s: 'portugal', unknown: [1, { a: 'é' }] } },
  'texts of every script': { query: bySlug, variables: { s: 'aland' }, operationName: 'BySlug' },
  'other nouns': {
    query: `{ mediaObjects(first: 5) { totalCount nodes { key derivatives { url } } } workflows(first: 5) { nodes { slug steps { title } } }
      entity(by: { slug: "portugal" }) { media(first: 2) { nodes { key } } sources(first: 3) { nodes { locator excerpt run { key } } } } }`,
  },
}

/** Variables named like inherited properties, most of them omitted. */
const inherited: Record<string, object> = {
  scalars: {
    query: `query ($constructor: Key!, $toString: Int) {
      entity(by: { slug: $constructor }) { title neighbors(first: $toString) { totalCount nodes { slug } } } }`,
    variables: { constructor: 'portugal' },
  },
  filters: {
    query: `query ($hasOwnProperty: EntityFilter, $constructor: EntityFilter, $toString: [EntityOrder!]) {
      entities(where: $hasOwnProperty, orderBy: $toString) { totalCount nodes { slug neighbors(where: $constructor) { totalCount } } } }`,
    variables: { hasOwnProperty: { slug: { eq: 'spain' } } },
  },
}

describe.each([
  ['from memory', true],
  ['from the database', false],
])('%s', (_, inMemory) => {
  let api: GraphApi
  beforeAll(async () => {
    api = await startGraphApi(writeSmallGraph, undefined, { inMemory })
  })
  afterAll(() => api.stop())

  test.each(Object.entries(documents))(
    '%s: the second answer is the first, to the byte',
    async (_name, body) => {
      for (const accept of ['application/graphql-response+json', 'application/json', '*/*']) {
        const first = await sendRaw(api.server, post(body, { accept, cookie: 'a=1' }))
        const warm = await sendRaw(api.server, post(body, { accept }))
        const second = await sendRaw(api.server, post(body, { accept }))
        expect(first.isFast).toBe(false)
        expect(facts(second)).toEqual(facts(first))
        expect(facts(warm)).toEqual(facts(first))
        expect(first.body).not.toContain('errors')
        expect(second.isFast).toBe(true)
      }
    },
  )

  test.each(Object.entries(inherited))(
    '%s under names that every object has are what was sent',
    async (_name, body) => {
      const first = await sendRaw(api.server, post(body, { cookie: 'a=1' }))
      expect(first.body).not.toContain('errors')
      for (let time = 0; time < 3; time++)
        expect(facts(await sendRaw(api.server, post(body)))).toEqual(facts(first))
    },
  )

  test.each([
    'query ($__proto__: EntityFilter) { entities(where: $__proto__) { totalCount } }',
    'query ($__proto__: Int) { entities(first: $__proto__) { totalCount } }',
    '{ __proto__: entities { totalCount } }',
  ])('%s is refused by name, each time', async (query) => {
    for (let time = 0; time < 3; time++) {
      const { status, body } = await api.server.ask(
        query,
        JSON.parse('{"__proto__": {"slug": {"eq": "spain"}}}'),
      )
      expect(status).toBe(400)
      expect(body.errors![0]).toMatchObject({
        message: expect.stringContaining('__proto__'),
        extensions: { code: 'BAD_REQUEST' },
      })
    }
  })

  test('returns the same responses without an Accept header', async () => {
    const ask = () => sendRaw(api.server, { headers: json, body: JSON.stringify(portugal) })
    const [first, second] = [await ask(), await ask()]
    expect(facts(second)).toEqual(facts(first))
    expect(second.isFast).toBe(true)
  })

  test('returns the client’s own request id', async () => {
    await sendRaw(api.server, post(portugal))
    const response = await fetch(`${api.server.url}/graphql`, {
      method: 'POST',
      headers: { ...json, accept: 'application/graphql-response+json', 'x-request-id': 'mine-1' },
      body: JSON.stringify(portugal),
    })
    expect(response.headers.get('x-request-id')).toBe('mine-1')
  })

  /** Variations of a plain, known request; each must fall back. */
  const others: Record<string, RawRequest> = {
    'a cookie': post(portugal, { cookie: 'theme=dark' }),
    'an authorization': post(portugal, { authorization: 'Bearer none' }),
    'a wish to know the cost': post(portugal, { 'x-graphql-cost': '1' }),
    'a body of another type': post(JSON.stringify(portugal), { 'content-type': 'text/plain' }),
    'a form': post('query={__typename}', { 'content-type': 'application/x-www-form-urlencoded' }),
    'a body that is too large': post({ ...portugal, variables: { s: 'portugal', rest: 'x'.repeat(70_000) } }),
    'a body far too large': post({ ...portugal, variables: { s: 'portugal', rest: 'x'.repeat(1_100_000) } }),
    'a compressed body': post(JSON.stringify(portugal), { 'content-encoding': 'gzip' }),
    'U+0000 in a variable': post({ ...portugal, variables: { s: 'portugal', a: ['\0'] } }),
    'U+0000 in the name of a member': post({ ...portugal, variables: { s: 'portugal', a: { '\0': 1 } } }),
    'a lone surrogate in a variable': post({ ...portugal, variables: { s: 'portugal', a: '\ud800' } }),
    'bytes that are not UTF-8': {
      ...post(portugal),
      body: Buffer.concat([
        Buffer.from('{"variables":{"s":"spain","a":"'),
        Buffer.of(0xff),
        Buffer.from(`"},"query":${JSON.stringify(bySlug)}}`),
      ]),
    },
    'deep variables': post(
      `{"query":${JSON.stringify(bySlug)},"variables":{"s":"spain","a":${'['.repeat(80)}${']'.repeat(80)}}}`,
    ),
    'members that nobody knows': post({ ...portugal, extensions: {} }),
    'a member of a strange name': post(
      `{"query":${JSON.stringify(bySlug)},"variables":{"s":"spain"},"__proto__":{}}`,
    ),
    'a batch': post(JSON.stringify([portugal, portugal])),
    'no JSON': post('{"query":'),
    'an address as a body': post(get(portugalByGet).path!),
    'an address with its mark as a body': post(`\u0100${get(portugalByGet).path}`),
    nothing: post(''),
    'a wrong variable': post({ ...portugal, variables: { s: 7 } }),
    'no variable where one is needed': post({ ...portugal, variables: {} }),
    'variables that are a list': post({ ...portugal, variables: [] }),
    'an operation that is not there': post({ ...portugal, operationName: 'Other' }),
    'an empty name of an operation': post({ ...portugal, operationName: '' }),
    'a name of an operation that is no text': post({ ...portugal, operationName: 5 }),
    'a mutation': post({
      query:
        'mutation { deleteEntity(input: { by: { slug: "spain" }, expectedRevision: 1 }) { __typename } }',
    }),
    'a subscription': post({ query: 'subscription { graphChanged { __typename } }' }),
    introspection: post({ query: '{ __schema { queryType { name } } }' }),
    'a document with a mistake': post({ query: '{ entity(by: { slug: "spain" }) { nothing } }' }),
    'an answer with an error': post({ query: '{ entities(first: 1, after: "forged") { nodes { slug } } }' }),
    'the state of the account': post({
      query: '{ rateLimit { cost } entity(by: { slug: "spain" }) { slug } }',
    }),
    'what the database is asked for': post({
      query: '{ entity(by: { slug: "spain" }, asOf: "2000-01-01T00:00:00Z") { slug } }',
    }),
    'a document as text and by id': post({ ...portugal, documentId: 'abc' }),
    'an unknown id of a document': post({ documentId: 'abc' }),
    'an odd name of a variable': post(
      '{"query":"query ($__proto__: Key!) { entity(by: { slug: $__proto__ }) { slug } }","variables":{"__proto__":"spain"}}',
    ),
    'another method': { ...post(portugal), method: 'PUT' },
    'another address': { ...post(portugal), path: '/graphql/' },
    'HTML that is wanted': post(portugal, { accept: 'text/html,*/*;q=0.8' }),
  }
  const mayBeFast = new Set([
    'what the database is asked for',
    'an empty name of an operation',
    'introspection',
  ])

  test.each(Object.entries(others))(
    '%s: each response is that of the full pipeline',
    async (name, request) => {
      await sendRaw(api.server, post(portugal))
      await sendRaw(api.server, get(portugalByGet))
      const ordinary = await sendRaw(api.server, {
        ...request,
        headers: { cookie: 'a=1', ...request.headers },
      })
      for (let again = 0; again < 3; again++) {
        const answer = await sendRaw(api.server, request)
        expect(facts(answer)).toEqual(facts(ordinary))
        if (!mayBeFast.has(name)) expect(answer.isFast).toBe(false)
      }
    },
  )

  test('answers a body that arrives in pieces', async () => {
    await sendRaw(api.server, post(portugal))
    const socket = await openSocket(api.server.url)
    socket.setNoDelay(true)
    const text = Buffer.from(
      postText(JSON.stringify({ ...portugal, variables: { s: 'portugal', a: 'é😀' } })),
    )
    for (let at = 0; at < text.length; at += 37) {
      socket.write(text.subarray(at, at + 37))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const [body] = await readAnswers(socket, 1)
    expect(JSON.parse(body!)).toMatchObject({ data: { entity: { title: 'Portugal' } } })
    socket.destroy()
  })

  test('answers pipelined requests in order', async () => {
    const slugs = ['portugal', 'spain', 'france', 'andorra', 'moskva']
    const bodyOf = (s: string) => JSON.stringify({ query: bySlug, variables: { s } })
    const slow = JSON.stringify({
      query: '{ mediaObjects(first: 2) { totalCount } search(query: "land", first: 5) { totalCount } }',
    })
    await sendRaw(api.server, post(portugal))
    const socket = await openSocket(api.server.url)
    socket.write([slow, ...slugs.map(bodyOf)].map((body) => postText(body)).join(''))
    const [, ...bodies] = await readAnswers(socket, 6)
    expect(
      bodies.map((body) => (JSON.parse(body) as { data: { entity: { slug: string } } }).data.entity.slug),
    ).toEqual(slugs)
    socket.destroy()
  })

  test('survives clients that disconnect midway', async () => {
    const text = postText(JSON.stringify(portugal))
    for (let at = 20; at < text.length; at += 25) {
      const socket = await openSocket(api.server.url)
      socket.on('error', () => {})
      socket.write(text.slice(0, at))
      await new Promise((resolve) => setTimeout(resolve, 2))
      socket.resetAndDestroy()
    }
    expect((await sendRaw(api.server, post(portugal))).status).toBe(200)
    expect(api.server.logged.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  })

  test('counts requests and operations the same way', async () => {
    const body = { ...portugal, query: bySlug.replace('BySlug', `Counted${inMemory}`) }
    const counted = async () => {
      const text = await (await fetch(`${api.server.url}/metrics`)).text()
      const read = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
      return {
        requests: read(/http_requests_total\{[^}]*route="\/graphql"[^}]*status="2[^"]*"[^}]*\} (\d+)/),
        operations: read(new RegExp(`duration_seconds_count\\{[^}]*Counted${inMemory}[^}]*\\} (\\d+)`)),
      }
    }
    await sendRaw(api.server, post(body))
    const before = await counted()
    for (let at = 0; at < 5; at++) expect((await sendRaw(api.server, post(body))).isFast).toBe(true)
    const between = await counted()
    for (let at = 0; at < 5; at++) await sendRaw(api.server, post(body, { cookie: 'a=1' }))
    const after = await counted()
    expect(between.operations - before.operations).toBe(5)
    expect(after.operations - between.operations).toBe(5)
    expect(between.requests - before.requests).toBe(5)
    expect(after.requests - between.requests).toBe(5)
  })
})

describe('limits', () => {
  test('rejects expensive variables just as the full pipeline does', () =>
    withApi({ inMemory: true, env: { KB_MAX_COST: '60' } }, async ({ server }) => {
      const ask = (n: number, headers = {}) =>
        sendRaw(
          server,
          post(
            { query: 'query ($n: Int) { entities(first: $n) { nodes { slug } } }', variables: { n } },
            headers,
          ),
        )
      await ask(1)
      expect((await ask(2)).isFast).toBe(true)
      const refused = await ask(100)
      expect(refused.isFast).toBe(false)
      expect(refused.body).toContain('"code":"COST_EXCEEDED"')
      expect(facts(refused)).toEqual(facts(await ask(100, { cookie: 'a=1' })))
    }))

  test('times out slow queries on the fast path without a second attempt', () =>
    withApi({ inMemory: false, env: { KB_OPERATION_TIMEOUT_MS: '1500' } }, async ({ server, database }) => {
      const ask = (headers = {}) => sendRaw(server, post(portugal, headers))
      await ask()
      expect((await ask()).isFast).toBe(true)
      const client = await database.pool.connect()
      try {
        await client.query('BEGIN; LOCK TABLE kb_entities')
        const started = performance.now()
        const late = await ask()
        const tookMs = performance.now() - started
        expect(late).toMatchObject({ status: 504, isFast: false })
        expect(tookMs).toBeLessThan(2 * 1500)
        expect(late.body).toBe((await ask({ cookie: 'a=1' })).body)
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }))

  test('charges each request once, the same on both paths', () =>
    withApi({ inMemory: true, env: { KB_RATE_LIMIT: '2000' } }, async ({ server }) => {
      const state = async () => {
        const { body } = await sendRaw(server, post({ query: '{ rateLimit { used cost } }' }))
        return (JSON.parse(body) as { data: { rateLimit: { used: number; cost: number } } }).data.rateLimit
      }
      const spentBy = async (request: RawRequest, isFast: boolean) => {
        const before = await state()
        for (let at = 0; at < 10; at++) expect((await sendRaw(server, request)).isFast).toBe(isFast)
        const after = await state()
        return after.used - before.used - after.cost
      }
      await sendRaw(server, post(portugal))
      const spent = await spentBy(post(portugal), true)
      expect(spent).toBeGreaterThanOrEqual(10)
      expect(await spentBy(post(portugal, { cookie: 'a=1' }), false)).toBe(spent)
      const params = { query: bySlug, variables: '{"s":"portugal"}' }
      const { headers } = await sendRaw(server, get(params))
      const tagged = { 'if-none-match': String(headers['etag']) }
      expect(await spentBy(get(params, tagged), true)).toBe(spent)
      expect(await spentBy(get(params, { ...tagged, cookie: 'a=1' }), false)).toBe(spent)
      for (let at = 0; at < 2000; at++) if ((await sendRaw(server, post(portugal))).status !== 200) break
      for (const request of [post(portugal), get(params, tagged)]) {
        const refused = await sendRaw(server, request)
        expect(refused).toMatchObject({ status: 429, isFast: false })
        expect(refused.body).toContain('RATE_LIMITED')
      }
    }))

  test('falls back for pages of other origins, and varies by Origin', () =>
    withApi({ inMemory: true, env: { KB_CORS_ORIGINS: 'https://site.example' } }, async ({ server }) => {
      const params = { query: '{ entity(by: { slug: "spain" }) { title } }' }
      for (const request of [post(params), get(params)]) {
        const ordinary = await sendRaw(server, {
          ...request,
          headers: { ...request.headers, cookie: 'a=1' },
        })
        await sendRaw(server, request)
        const fast = await sendRaw(server, request)
        expect(fast.isFast).toBe(true)
        expect(facts(fast)).toEqual(facts(ordinary))
        expect(fast.headers['vary']).toMatch(/\bOrigin\b/)
        const asked = await sendRaw(server, {
          ...request,
          headers: { ...request.headers, origin: 'https://site.example' },
        })
        expect(asked.isFast).toBe(false)
        expect(asked.headers['access-control-allow-origin']).toBe('https://site.example')
        expect(asked.headers['vary']).toMatch(/\bOrigin\b/)
        expect(asked.headers['access-control-expose-headers']).toMatch(/\bx-graph-age\b/)
      }
    }))

  test('learns the media type of each Accept header, however many came before', () =>
    withApi({ inMemory: true }, async ({ server }) => {
      for (let at = 0; at < 120; at++)
        await sendRaw(server, post(portugal, { accept: `application/json;q=0.9, text/x-${at}` }))
      await sendRaw(server, post(portugal))
      expect((await sendRaw(server, post(portugal))).isFast).toBe(true)
    }))

  test('always serves browsers the HTML page', () =>
    withApi({ inMemory: true }, async ({ server }) => {
      const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
      const params = { query: '{ entity(by: { slug: "spain" }) { title } }' }
      for (let at = 0; at < 2; at++) await sendRaw(server, post(params, { accept }))
      const first = await sendRaw(server, get(params, { accept, cookie: 'a=1' }))
      expect(facts(await sendRaw(server, get(params, { accept })))).toEqual(facts(first))
    }))
})

describe('trusted documents', () => {
  let folder: string
  let path: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kb-trusted-'))
    path = join(folder, 'documents.json')
    await writeFile(path, JSON.stringify({ one: bySlug, two: '{ entity(by: { slug: "spain" }) { slug } }' }))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each([
    ['beside others', 'false'],
    ['alone', 'true'],
  ])('%s are answered by their ids', (_, only) =>
    withApi(
      { inMemory: true, env: { KB_TRUSTED_DOCUMENTS: path, KB_TRUSTED_DOCUMENTS_ONLY: only } },
      async ({ server }) => {
        const ask = (body: object, headers = {}) => sendRaw(server, post(body, headers))
        for (const body of [{ documentId: 'one', variables: { s: 'portugal' } }, { documentId: 'two' }]) {
          const first = await ask(body)
          const second = await ask(body)
          expect(first).toMatchObject({ status: 200, isFast: false })
          expect(second.isFast).toBe(true)
          expect(facts(second)).toEqual(facts(first))
        }
        for (let again = 0; again < 3; again++) {
          expect(await ask({ documentId: 'three' })).toMatchObject({ status: 400, isFast: false })
          const text = await ask(portugal)
          expect(text.status).toBe(only === 'true' ? 403 : 200)
          if (only === 'true') expect(text.isFast).toBe(false)
        }
        const both = await ask({ documentId: 'two', query: '{ entity(by: { slug: "france" }) { title } }' })
        expect(both.body).toBe('{"data":{"entity":{"slug":"spain"}}}')
        const byGet = get({ documentId: 'one', variables: '{"s":"portugal"}' })
        const first = await sendRaw(server, { ...byGet, headers: { ...byGet.headers, cookie: 'a=1' } })
        expect(first).toMatchObject({ status: 200, isFast: false })
        for (let again = 0; again < 3; again++)
          expect(facts(await sendRaw(server, byGet))).toEqual(facts(first))
      },
    ),
  )

  test('does not let clients register a document under an id', () =>
    withApi({ inMemory: true }, async ({ server }) => {
      const planted = { documentId: 'home', query: '{ entity(by: { slug: "spain" }) { slug } }' }
      for (let at = 0; at < 2; at++) await sendRaw(server, post(planted))
      const answer = await sendRaw(server, post({ documentId: 'home' }))
      expect(answer).toMatchObject({ status: 400, isFast: false })
    }))
})

describe('answers that are larger than the buffers of a socket', () => {
  const large = 400_000
  const fill = async (pool: Pool) => {
    await writeSmallGraph(pool)
    await pool.query(
      `INSERT INTO kb_entities (slug, kind_key, title, summary, status, content_hash)
       SELECT 'long-' || i, 'city', 'Long ' || i, repeat(chr(8364 + i), $1), 'PUBLISHED', repeat('a', 64) FROM generate_series(1, 8) i`,
      [large],
    )
  }

  test.each([true, false])(
    'are not written over by the next one (in memory: %s)',
    { timeout: 60_000 },
    (inMemory) =>
      withApi(
        { inMemory },
        async ({ server }) => {
          const bodyOf = (from: string) =>
            JSON.stringify({
              query:
                `query ($from: String!) { entities(first: 4, where: { slug: { in: [$from, "long-5", "long-6", "long-7"] } }) { nodes { slug summary } } }`.replace(
                  'String!',
                  'Key!',
                ),
              variables: { from },
            })
          const names = ['long-1', 'long-2', 'long-3', 'long-4']
          const expected: string[] = []
          for (const name of names) {
            const ask = () => sendRaw(server, { headers: json, body: bodyOf(name) })
            const first = await ask()
            const second = await ask()
            expect(second.isFast).toBe(true)
            expect(second.body === first.body).toBe(true)
            expect(first.body.length).toBeGreaterThan(large * 4)
            expected.push(first.body)
          }
          const sockets = await Promise.all(names.map(() => openSocket(server.url)))
          for (const [at, socket] of sockets.entries()) {
            socket.pause()
            socket.write(postText(bodyOf(names[at]!)))
            await new Promise((resolve) => setTimeout(resolve, 50))
          }
          for (let at = 0; at < 20; at++)
            await sendRaw(server, { headers: json, body: JSON.stringify(portugal) })
          for (const [at, socket] of sockets.entries()) {
            const [body] = await readAnswers(socket, 1)
            expect(body === expected[at]).toBe(true)
            socket.destroy()
          }
        },
        fill,
      ),
  )
})

describe('entity tags of answers by GET', () => {
  describe.each([
    ['from memory', true],
    ['from the database', false],
  ])('%s', (_, inMemory) => {
    let api: GraphApi
    beforeAll(async () => {
      api = await startGraphApi(writeSmallGraph, undefined, { inMemory })
    })
    afterAll(() => api.stop())
    const params = { query: bySlug, variables: '{"s":"portugal"}' }
    const ask = (headers = {}, given: Record<string, string> = params) =>
      sendRaw(api.server, get(given, headers))
    const settled = async () => {
      await api.query('{ __typename }')
    }

    test('is stable on both paths and answers 304', async () => {
      const answers = [await ask({ cookie: 'a=1' }), await ask(), await ask(), await ask()]
      expect(answers.at(-1)!.isFast).toBe(inMemory)
      expect(new Set(answers.map(({ headers }) => headers['etag']))).toHaveProperty('size', 1)
      const { etag } = answers[0]!.headers
      expect(etag).toMatch(/^"[\w-]{32}"$/)
      for (const answer of answers) expect(facts(answer)).toEqual(facts(answers[0]!))
      const unchanged = await ask({ 'if-none-match': `"other", W/${String(etag)}` })
      expect(unchanged).toMatchObject({ status: 304, body: '' })
      expect(facts(unchanged)).toEqual(facts(await ask({ 'if-none-match': String(etag), cookie: 'a=1' })))
      expect((await ask({ 'if-none-match': '"other"' })).status).toBe(200)
      expect((await ask({ 'if-none-match': '*' })).status).toBe(304)
    })

    test('depends on the query and the media type', async () => {
      const tags = [
        await ask(),
        await ask({ accept: 'application/json' }),
        await ask({}, { ...params, variables: '{"s":"spain"}' }),
        await ask({}, { ...params, operationName: 'BySlug' }),
        await ask({}, { query: '{ entity(by: { slug: "portugal" }) { id } }' }),
      ].map(({ headers }) => headers['etag'])
      expect(new Set(tags).size).toBe(5)
      expect(tags).not.toContain(undefined)
    })

    test('changes with each write of the graph, drafts included', async () => {
      const before = await ask()
      await api.database.pool.query(
        `UPDATE kb_entities SET title = 'Hidden', revision = revision + 1 WHERE slug = 'draftland'`,
      )
      await settled()
      const between = await ask({ 'if-none-match': String(before.headers['etag']) })
      expect(between).toMatchObject({ status: 200, body: before.body })
      expect(between.headers['etag']).not.toBe(before.headers['etag'])
      await api.database.pool.query(
        `UPDATE kb_entities SET title = 'Lusitania', revision = revision + 1 WHERE slug = 'portugal'`,
      )
      await settled()
      const after = await ask({ 'if-none-match': String(between.headers['etag']) })
      expect(after.status).toBe(200)
      expect(after.body).toContain('Lusitania')
    })

    test('is omitted for data beyond the graph, signed-in users and errors', async () => {
      for (const query of [
        '{ service { version } }',
        '{ rateLimit { cost } }',
        '{ search(query: "land", first: 2) { totalCount } }',
        '{ entity(by: { slug: "spain" }) { slug } service { version } }',
        '{ entities(first: 1, after: "forged") { nodes { slug } } }',
      ])
        for (let again = 0; again < 2; again++)
          expect((await ask({}, { query })).headers['etag']).toBeUndefined()
      const cookie = await api.cookieOf('EDITOR')
      expect((await ask({ cookie })).headers['etag']).toBeUndefined()
    })

    test('does not answer 304 for a query that fails', async () => {
      await ask()
      const wrong = { ...params, variables: '{"s":7}' }
      const answer = await ask({ 'if-none-match': '*' }, wrong)
      expect(facts(answer)).toEqual(facts(await ask({ 'if-none-match': '*', cookie: 'a=1' }, wrong)))
      expect(answer.status).not.toBe(304)
    })
  })
})

describe('the graph that an answer is made of', () => {
  test('is reported in headers to the public only', () =>
    withApi({ inMemory: true }, async (api) => {
      for (let again = 0; again < 2; again++) {
        const { headers } = await api.server.ask(bySlug, { s: 'spain' })
        expect(headers.get('x-graph-version')).toBe(String(api.keeper.current()!.snapshot.state.version))
        expect(headers.get('x-graph-age')).toMatch(/^[0-2]$/)
      }
      const { headers } = await api.askAs('EDITOR', bySlug, { s: 'spain' })
      expect(headers.get('x-graph-version')).toBeNull()
    }))

  test('is not reported when the database answers', () =>
    withApi({ inMemory: false }, async ({ server }) => {
      for (let again = 0; again < 2; again++)
        expect((await server.ask(bySlug, { s: 'spain' })).headers.get('x-graph-version')).toBeNull()
    }))
})

test('shows each write at once, to the public, too', { timeout: 60_000 }, () =>
  withApi({ inMemory: true }, async (api) => {
    const cookie = await api.cookieOf('EDITOR')
    let revision = 1
    for (let round = 0; round < 50; round++) {
      const title = `Round ${round}`
      const { body } = await sendRaw(
        api.server,
        post(
          {
            query: `mutation ($input: UpdateEntityInput!) { updateEntity(input: $input) { ... on UpdateEntitySuccess { entity { revision } } } }`,
            variables: { input: { by: { slug: 'spain' }, expectedRevision: revision, title } },
          },
          { cookie },
        ),
      )
      revision = (JSON.parse(body) as { data: { updateEntity: { entity: { revision: number } } } }).data
        .updateEntity.entity.revision
      const read = await sendRaw(api.server, post({ query: bySlug, variables: { s: 'spain' } }))
      expect(JSON.parse(read.body)).toMatchObject({ data: { entity: { title } } })
      if (round > 0) expect(read.isFast).toBe(true)
    }
  }),
)
