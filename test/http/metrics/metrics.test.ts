import { describe, expect, test } from 'vitest'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { createSlowQueryWatcher } from '../../../src/database/connection/query-watch.ts'
import { createMetrics } from '../../../src/http/metrics/metrics.ts'
import { createLog } from '../../../src/log.ts'
import { createTestDatabase } from '../../support/database.ts'
import { startGraphApi } from '../../support/graph-api.ts'
import { createFaultSchema, startTestServer } from '../../support/http-server.ts'
import { followEvents } from '../../support/sse.ts'

const read = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}/metrics`, { headers })
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
}

describe('metrics', () => {
  test('count answers by route and operations by name', async () => {
    const api = await startGraphApi()
    try {
      await api.server.ask('query Named { service { version } }')
      await api.server.ask('query Named { service { version } }')
      await api.server.ask('{ service { version } }')
      await fetch(`${api.server.url}/nothing/here`)
      const following = await followEvents(api.server.url, 'subscription { graphChanged { cursor } }')
      const refused = 'subscription { contentStateChanged { version } }'
      await (
        await followEvents(api.server.url, refused)
      ).ended
      const { status, type, text } = await read(api.server.url)
      expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
      expect(text).toContain('kb_http_requests_total{route="/graphql",method="POST",status="200"} 3')
      expect(text).toContain('kb_http_requests_total{route="none",method="GET",status="404"} 1')
      expect(text).toMatch(
        /kb_graphql_operation_duration_seconds_count\{operation="Named",kind="query",outcome="ok"\} 2/,
      )
      expect(text).toMatch(/operation="anonymous"/)
      expect(text).toContain('kb_subscriptions_open 1')
      expect(text).toContain('process_resident_memory_bytes')
      following.close()
      await expect.poll(async () => (await read(api.server.url)).text).toContain('kb_subscriptions_open 0')
    } finally {
      await api.stop()
    }
  })

  test.each([
    { inMemory: true, answers: { kept: 2, memory: 1, database: 0 } },
    { inMemory: false, answers: { kept: 0, memory: 0, database: 3 } },
  ])('tell where the fast path took its answers from: $answers', async ({ inMemory, answers }) => {
    const api = await startGraphApi(undefined, undefined, { inMemory })
    try {
      for (let at = 0; at < 4; at++) await api.server.ask('{ entities(first: 1) { nodes { slug } } }')
      const { text } = await read(api.server.url)
      for (const [from, count] of Object.entries(answers))
        expect(text).toContain(`kb_fast_lane_answers_total{from="${from}"} ${count}`)
    } finally {
      await api.stop()
    }
  })

  test('stay bounded, however clients name their operations', async () => {
    const metrics = createMetrics(null)
    for (let at = 0; at < 1000; at++) metrics.operation(`Invented${at}`, 'query', 'ok', 0.01)
    metrics.request('/graphql', 'INVENTED', 405)
    const { text } = await metrics.expose()
    expect([...text.matchAll(/_count\{operation="Invented/g)]).toHaveLength(200)
    expect(text).toMatch(/_count\{operation="other",kind="query",outcome="ok"\} 800/)
    expect(text).toContain('method="other"')
  })

  test('require an operator in production', async () => {
    const api = await startGraphApi(undefined, undefined, { env: { NODE_ENV: 'production' } })
    try {
      expect((await read(api.server.url)).status).toBe(401)
      expect((await read(api.server.url, { cookie: await api.cookieOf('EDITOR') })).status).toBe(403)
      expect((await read(api.server.url, { cookie: await api.cookieOf('OPERATOR') })).status).toBe(200)
    } finally {
      await api.stop()
    }
  })
})

describe('the log', () => {
  test('has a debug line per response, with its request id and no secrets', async () => {
    const lines: string[] = []
    const log = createLog({ level: 'debug', format: 'json', write: (line) => lines.push(line) })
    const server = await startTestServer({ schema: createFaultSchema({ echo: () => 'x' }), log })
    await server.ask('{ echo }', {}, { 'x-request-id': 'known-1', authorization: 'Basic c2VjcmV0' })
    await server.stop()
    const answered = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'answered')
    expect(answered).toMatchObject([{ requestId: 'known-1', method: 'POST', path: '/graphql', status: 200 }])
    expect(lines.join('')).not.toContain('c2VjcmV0')
  })

  test('has slow statements, with their SQL but without values', async () => {
    const database = await createTestDatabase()
    const warnings: string[] = []
    const log = { info: () => {}, warn: (message: string) => void warnings.push(message) }
    const pool = createPool(database.url, { log, watchers: [createSlowQueryWatcher(50, log)] })
    await pool.query('SELECT pg_sleep(0.1), $1::text', ['a secret value'])
    await pool.query('SELECT 1')
    const client = await pool.connect()
    await client.query('SELECT pg_sleep(0.1)')
    await expect(client.query('SELECT 1 / (SELECT length(pg_sleep(0.1)::text)::int)')).rejects.toThrow(
      'division',
    )
    client.release()
    await pool.end()
    await database.drop()
    expect(warnings).toHaveLength(3)
    expect(warnings[0]).toMatch(/^A statement took \d+ ms: SELECT pg_sleep\(0\.1\), \$1::text$/)
    expect(warnings.join('')).not.toContain('secret')
  })
})
