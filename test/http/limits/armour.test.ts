import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGraphApi, type GraphApi } from '../../support/graph-api.ts'
import { createFaultSchema, startTestServer, testArmour } from '../../support/http-server.ts'

const small = '{ entities(first: 9) { nodes { id } } }' // costs 10

describe('the budget of a client', () => {
  let api: GraphApi
  beforeAll(async () => {
    api = await startGraphApi(undefined, undefined, { env: { KB_RATE_LIMIT: '50', KB_TRUSTED_PROXIES: '1' } })
  })
  afterAll(() => api.stop())
  const from = (address: string) => ({ 'x-forwarded-for': address })

  test('is spent by cost and refilled every minute', async () => {
    for (let at = 0; at < 5; at++)
      expect((await api.server.ask(small, {}, from('10.0.0.1'))).status).toBe(200)
    const refused = await api.server.ask(small, {}, from('10.0.0.1'))
    expect([refused.status, refused.body.errors![0]!.extensions.code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await api.server.ask(small, {}, from('10.0.0.2'))).status).toBe(200)
  })

  test('is reported by rateLimit, before and after', async () => {
    const query =
      '{ before: rateLimit(dryRun: true) { used remaining } after: rateLimit { limit cost used remaining nodeCount resetAt } }'
    const { body } = await api.server.ask(query, {}, from('10.0.0.3'))
    expect(body.data).toMatchObject({
      before: { used: 0, remaining: 50 },
      after: { limit: 50, cost: 2, used: 2, remaining: 48, nodeCount: 2 },
    })
  })

  test('cannot be raised by forging an address', async () => {
    for (let at = 0; at < 5; at++) await api.server.ask(small, {}, from(`1.2.3.${at}, 10.0.0.4`))
    expect((await api.server.ask(small, {}, from('9.9.9.9, 10.0.0.4'))).status).toBe(429)
  })
})

describe('what an operation costs', () => {
  let api: GraphApi
  beforeAll(async () => {
    api = await startGraphApi(undefined, undefined, { env: { KB_MAX_COST: '100' } })
  })
  afterAll(() => api.stop())

  test('is reported only on request', async () => {
    const asked = await api.server.ask(small, {}, { 'x-graphql-cost': '1' })
    expect(asked.body).toMatchObject({ extensions: { cost: { requested: 10, actual: 9 } } })
    expect(Object.keys((await api.server.ask(small)).body)).toEqual(['data'])
  })

  test('is rejected above the limit, which service reports', async () => {
    const { body, status } = await api.server.ask('{ entities(first: 100) { nodes { id } } }')
    expect(status).toBe(400)
    expect(body.errors![0]!.extensions).toMatchObject({ code: 'COST_EXCEEDED', requested: 101, limit: 100 })
    expect(
      await api.query('{ service { limits { maxDepth maxCost maxPageSize timeoutMs } capabilities } }'),
    ).toMatchObject({
      service: { limits: { maxDepth: 15, maxCost: 100, maxPageSize: 100, timeoutMs: 10_000 } },
    })
  })
})

describe('time', () => {
  test('times out slow queries but not mutations', async () => {
    let letGo: () => void = () => undefined
    const released = new Promise<string>((resolve) => (letGo = () => resolve('done')))
    const schema = createFaultSchema({ wait: () => released })
    schema.getMutationType()!.getFields()['change']!.resolve = () => released
    const armour = testArmour(schema, { KB_OPERATION_TIMEOUT_MS: '200' })
    const server = await startTestServer({ schema, armour })
    try {
      const mutation = server.ask('mutation { change }')
      const query = await server.ask('{ wait }')
      expect([query.status, query.body.errors![0]!.extensions.code]).toEqual([504, 'TIMEOUT'])
      letGo()
      expect((await mutation).body.data).toEqual({ change: 'done' })
    } finally {
      await server.stop()
    }
  })

  test('cancels its statements, too', async () => {
    const api = await startGraphApi(undefined, undefined, { env: { KB_OPERATION_TIMEOUT_MS: '300' } })
    try {
      const locker = await api.database.pool.connect()
      await locker.query('BEGIN; LOCK TABLE kb_entities')
      const { status, body } = await api.server.ask('{ entities { totalCount } }')
      expect([status, body.errors![0]!.extensions.code]).toEqual([504, 'TIMEOUT'])
      await locker.query('ROLLBACK')
      locker.release()
    } finally {
      await api.stop()
    }
  })
})

describe('trusted documents', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kb-trusted-'))
    await writeFile(
      join(folder, 'good.json'),
      JSON.stringify({ small, one: 'query ($s: Key!) { entity(by: { slug: $s }) { title } }' }),
    )
    await writeFile(join(folder, 'wrong.json'), JSON.stringify({ stale: '{ gone }' }))
    await writeFile(join(folder, 'broken.json'), '{')
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const ask = async (api: GraphApi, body: object, headers = {}) => {
    const response = await fetch(`${api.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    return (await response.json()) as { data?: object; errors?: { extensions: { code: string } }[] }
  }

  test('are requested by id, by POST, by GET and in Apollo’s form', async () => {
    const api = await startGraphApi(undefined, undefined, {
      env: { KB_TRUSTED_DOCUMENTS: join(folder, 'good.json') },
    })
    try {
      const expected = { data: { entity: { title: 'Spain' } } }
      const variables = { s: 'spain' }
      expect(await ask(api, { documentId: 'one', variables })).toEqual(expected)
      expect(
        await ask(api, { variables, extensions: { persistedQuery: { version: 1, sha256Hash: 'one' } } }),
      ).toEqual(expected)
      const url = `${api.server.url}/graphql?documentId=one&variables=${encodeURIComponent(JSON.stringify(variables))}`
      expect(await (await fetch(url)).json()).toEqual(expected)
      expect((await ask(api, { documentId: 'none' })).errors![0]!.extensions.code).toBe('BAD_REQUEST')
      expect(await ask(api, { query: '{ __typename }' })).toEqual({ data: { __typename: 'Query' } })
    } finally {
      await api.stop()
    }
  })

  test('are the only documents accepted, if so configured', async () => {
    const env = { KB_TRUSTED_DOCUMENTS: join(folder, 'good.json'), KB_TRUSTED_DOCUMENTS_ONLY: 'true' }
    const api = await startGraphApi(undefined, undefined, { env })
    try {
      expect((await ask(api, { query: '{ __typename }' })).errors![0]!.extensions.code).toBe('FORBIDDEN')
      const cookie = { cookie: await api.cookieOf('OPERATOR') }
      const operator = await ask(api, { query: '{ service { capabilities } }' }, cookie)
      expect(operator.data).toMatchObject({
        service: { capabilities: expect.arrayContaining(['PERSISTED_ONLY']) },
      })
      expect(await ask(api, { documentId: 'small' })).toHaveProperty('data')
    } finally {
      await api.stop()
    }
  })

  test.each([
    [
      'a document that the schema does not know',
      'wrong.json',
      'the document stale is not valid here: Cannot query field "gone"',
    ],
    ['a manifest that is none', 'broken.json', 'which is not a manifest'],
    ['a manifest that is not there', 'none.json', 'which is not there'],
  ])('%s keeps the server from starting', (_name, file, message) => {
    const schema = createFaultSchema({})
    expect(() => testArmour(schema, { KB_TRUSTED_DOCUMENTS: join(folder, file) })).toThrow(message)
  })
})

describe('pages of other origins', () => {
  test('may read responses if listed, without cookies', async () => {
    const schema = createFaultSchema({ echo: () => 'x' })
    const armour = testArmour(schema, { KB_CORS_ORIGINS: 'https://www.example.org' })
    const server = await startTestServer({ schema, armour })
    try {
      const preflight = await fetch(`${server.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: 'https://www.example.org', 'access-control-request-method': 'POST' },
      })
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
        204,
        'https://www.example.org',
      ])
      const answer = await server.ask('{ echo }', {}, { origin: 'https://www.example.org' })
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://www.example.org')
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
      const other = await server.ask('{ echo }', {}, { origin: 'https://www.example.org.evil.example' })
      expect(other.headers.get('access-control-allow-origin')).toBeNull()
    } finally {
      await server.stop()
    }
  })
})
