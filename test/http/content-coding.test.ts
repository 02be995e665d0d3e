import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from 'node:net'
import { createFaultSchema, startTestServer, type TestServer } from '../support/http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ schema: createFaultSchema({}) })
})
afterAll(() => server.stop())

const question = JSON.stringify({ query: '{ echo(text: "x") }' })
const post = (path: string, coding: string, body: BodyInit) =>
  fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': coding },
    body,
  })

test.each(['/graphql', '/api/admin/session'])(
  '%s refuses a compressed body by the name of its coding',
  async (path) => {
    for (const coding of ['gzip', 'br', 'deflate, gzip']) {
      const response = await post(path, coding, gzipSync(question))
      expect(response.status).toBe(415)
      expect(response.headers.get('accept-encoding')).toBe('identity')
      const text = await response.text()
      expect(text).toContain('UNSUPPORTED_MEDIA_TYPE')
      expect(text).toContain(coding)
    }
  },
)

test('accepts a body with the identity encoding', async () => {
  expect((await post('/graphql', 'identity', question)).status).toBe(200)
})

test('answers upgrade requests and closes the connection', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const ask = (upgrade: string) => `GET /healthz HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\n`
  socket.write(ask('Connection: Upgrade\r\nUpgrade: h2c') + ask('Connection: keep-alive'))
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(1)
  expect(text).toMatch(/^connection: close$/im)
})
