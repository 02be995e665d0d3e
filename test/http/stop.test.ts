import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createCursorKey } from '../../src/domain/paging/cursor.ts'
import { createMetrics } from '../../src/http/metrics/metrics.ts'
import {
  createFaultSchema,
  noGraph,
  noGraphInMemory,
  nobodyCanSignIn,
  startTestServer,
  testArmour,
} from '../support/http-server.ts'

/** A schema whose field `wait` resolves when released. */
function createWaitingSchema() {
  let letGo: () => void = () => undefined
  const released = new Promise<void>((resolve) => (letGo = resolve))
  let started: () => void = () => undefined
  const begun = new Promise<void>((resolve) => (started = resolve))
  const schema = createFaultSchema({
    wait: async () => {
      started()
      await released
      return 'done'
    },
  })
  return { schema, begun, letGo }
}

function askOver(agent: Agent, url: string) {
  return new Promise<{ status: number | undefined; connection: string | undefined; isReused: boolean }>(
    (resolve, reject) => {
      const request = get(url, { agent }, (response) => {
        const { statusCode: status, headers } = response
        const { reusedSocket: isReused } = request
        response
          .resume()
          .once('end', () => setImmediate(resolve, { status, connection: headers.connection, isReused }))
      }).once('error', reject)
    },
  )
}

describe('stopping', () => {
  test('reports not ready at once, answers requests in flight, then closes the port', async () => {
    const { schema, begun, letGo } = createWaitingSchema()
    const server = await startTestServer({ schema })
    const answers = Array.from({ length: 20 }, () => server.ask('{ wait }'))
    await begun
    const stopped = server.stop(10_000)
    const readiness = await fetch(`${server.url}/readyz`)
    expect(readiness.status).toBe(503)
    expect(await readiness.json()).toMatchObject({ draining: true })
    letGo()
    for (const answer of await Promise.all(answers)) expect(answer.body.data).toEqual({ wait: 'done' })
    await stopped
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
  })

  test('keeps idle connections open for one last response while draining', async () => {
    const server = await startTestServer({ schema: createFaultSchema({ echo: () => 'here' }) })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string) => askOver(agent, `${server.url}${path}`)
    expect(await ask('/healthz')).toEqual({ status: 200, connection: 'keep-alive', isReused: false })
    server.drain()
    expect(await ask('/readyz')).toEqual({ status: 503, connection: 'close', isReused: true })
    expect(await ask('/graphql?query={echo}')).toEqual({ status: 200, connection: 'close', isReused: false })
    agent.destroy()
    await server.stop()
  })

  test('answers a connection opened during shutdown', async () => {
    const server = await startTestServer({ schema: createFaultSchema({}) })
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    // The server has received it once it answers a later request.
    await fetch(`${server.url}/healthz`)
    const stopped = server.stop()
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200 OK[^]*connection: close/i)
    await stopped
  })

  test('cuts off requests that take too long', async () => {
    const { schema, begun } = createWaitingSchema()
    const server = await startTestServer({ schema })
    const answer = server.ask('{ wait }').catch(() => 'cut off')
    await begun
    await server.stop(200)
    expect(await answer).toBe('cut off')
  })

  test('names a port that is in use', async () => {
    const server = await startTestServer({ schema: createFaultSchema({}) })
    const port = Number(new URL(server.url).port)
    const { createHttpServer } = await import('../../src/http/create-http-server.ts')
    const { createLog } = await import('../../src/log.ts')
    const second = createHttpServer({
      schema: createFaultSchema({}),
      createContext: () => ({}),
      hasGraphiql: false,
      armour: testArmour(createFaultSchema({})),
      metrics: createMetrics(null),
      tracing: null,
      answerUpload: () => undefined,
      ...noGraphInMemory,
      mediaDir: server.mediaDir,
      cursorKey: createCursorKey('a secret of the tests'),
      reader: () => ({
        ...noGraph,
        graphHash: () => '',
        withConstellation: () => Promise.reject(new Error('not asked for')),
      }),
      sessions: nobodyCanSignIn,
      readOverview: () => Promise.reject(new Error('no overview in this test')),
      isSecure: false,
      maxGraphAge: 60,
      readReadiness: () => Promise.resolve({ database: 'ok', migrations: 'ok', graph: null }),
      log: createLog({ level: 'silent', format: 'json' }),
    })
    await expect(second.listen('127.0.0.1', port)).rejects.toThrow(`PORT ${port} is taken`)
    await server.stop()
  })
})
