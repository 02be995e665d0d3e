import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertApiToken } from '../../src/database/access/api-tokens.ts'
import { withTransaction } from '../../src/database/connection/transaction.ts'
import { createApiToken } from '../../src/domain/access/api-token.ts'
import { startGraphApi, testPassword, type GraphApi } from '../support/graph-api.ts'

let api: GraphApi
let cookie: string
beforeAll(async () => {
  api = await startGraphApi(undefined, undefined, {
    env: { BASE_URL: 'https://graph.example.org', KB_CORS_ORIGINS: 'https://editor.example.org' },
  })
  cookie = await api.cookieOf('EDITOR')
})
afterAll(() => api.stop())

const own = () => api.server.url
let made = 0
async function create(headers: Record<string, string>) {
  const slug = `by-a-page-${++made}`
  const query = `mutation { createEntity(input: { slug: "${slug}", kind: "country", title: "Made" }) { __typename } }`
  const { status, body } = await api.server.ask(query, {}, headers)
  const { rows } = await api.database.pool.query('SELECT FROM kb_entities WHERE slug = $1', [slug])
  return { status, code: body.errors?.[0]?.extensions.code, isThere: rows.length === 1 }
}
const refused = { status: 403, code: 'FORBIDDEN', isThere: false }
const done = { status: 200, code: undefined, isThere: true }

describe('with a session', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a part of this site', { origin: 'https://user.graph.example.org' }],
    ['another port of this host', { origin: 'http://127.0.0.1:1' }],
    ['a frame without an origin', { origin: 'null' }],
    ['no origin that is one', { origin: 'graph.example.org' }],
    ['another site that does not say which', { 'sec-fetch-site': 'cross-site' }],
    ['a part of this site that does not say which', { 'sec-fetch-site': 'same-site' }],
  ])('a page of %s changes nothing', async (_, headers) => {
    expect(await create({ cookie, ...(headers as Record<string, string>) })).toEqual(refused)
  })

  test('lets pages of this server, BASE_URL and listed origins act, and other programs', async () => {
    expect(await create({ cookie, origin: own() })).toEqual(done)
    expect(await create({ cookie, origin: 'https://graph.example.org' })).toEqual(done)
    expect(await create({ cookie, origin: 'https://editor.example.org' })).toEqual(done)
    expect(await create({ cookie, 'sec-fetch-site': 'same-origin' })).toEqual(done)
    expect(await create({ cookie })).toEqual(done)
  })
})

test('accepts tokens from any origin', async () => {
  const { token, prefix, hash } = createApiToken()
  await withTransaction(api.database.pool, 'READ COMMITTED', (client) =>
    insertApiToken(client, {
      name: 'page',
      role: 'EDITOR',
      seconds: 60,
      prefix,
      tokenHash: hash,
      createdBy: 'test',
    }),
  )
  const headers = { authorization: `Bearer ${token}`, cookie, origin: 'https://evil.example' }
  expect(await create(headers)).toEqual(done)
})

test('answers anonymous requests from any page', async () => {
  const { status, body } = await api.server.ask(
    '{ entity(by: {slug: "spain"}) { title } }',
    {},
    { origin: 'https://evil.example' },
  )
  expect([status, body.data]).toEqual([200, { entity: { title: 'Spain' } }])
})

test('does not let a foreign page sign anybody in or out', async () => {
  const session = (method: string, headers: Record<string, string>) =>
    fetch(`${own()}/api/admin/session`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body: JSON.stringify({ password: testPassword }) }),
    })
  for (const method of ['POST', 'DELETE']) {
    const response = await session(method, { cookie, origin: 'https://evil.example' })
    expect([response.status, response.headers.get('set-cookie')]).toEqual([403, null])
  }
  expect(await create({ cookie })).toEqual(done)
  expect((await session('POST', { origin: own() })).status).toBe(200)
})
