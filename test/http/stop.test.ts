import { createPreparation } from '../../src/http/prepare-execution.ts'
import { describe, expect, test } from 'vitest'
import { createCursorKey } from '../../src/domain/cursor.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import {
  createFaultSchema,
  noGraph,
  noGraphInMemory,
  nobodyCanSignIn,
  startTestServer,
  testArmour,
} from '../support/http-server.ts'

/** A schema whose field `wait` answers when it is let go. */
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

describe('stopping', () => {
  test('what is in flight is answered, readiness says no at once, then nobody listens', async () => {
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

  test('what lasts too long is cut off', async () => {
    const { schema, begun } = createWaitingSchema()
    const server = await startTestServer({ schema })
    const answer = server.ask('{ wait }').catch(() => 'cut off')
    await begun
    const started = performance.now()
    await server.stop(200)
    expect(performance.now() - started).toBeLessThan(2000)
    expect(await answer).toBe('cut off')
  })

  test('a port in use is named', async () => {
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
      prepare: createPreparation(createFaultSchema({})),
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
