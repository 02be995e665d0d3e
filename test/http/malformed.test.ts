import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createFaultSchema, startTestServer } from '../support/http-server.ts'
import { openSocket, postText } from '../support/raw-http.ts'
import { startGraphApi } from '../support/graph-api.ts'

async function readAll(url: string, bytes: string): Promise<string> {
  const socket = await openSocket(url)
  socket.write(bytes, 'latin1')
  let text = ''
  for await (const piece of socket) text += String(piece)
  return text
}

const heads = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status))
const slowly = { echo: () => sleep(100, 'done') }

test('answers a malformed request after the good one before it', async () => {
  const server = await startTestServer({ schema: createFaultSchema(slowly) })
  try {
    const text = await readAll(server.url, `${postText('{"query":"{ echo }"}')}BAD\r\n\r\n`)
    expect(heads(text)).toEqual([200, 400])
    expect(text.indexOf('{"data":{"echo":"done"}}')).toBeLessThan(text.indexOf('HTTP/1.1 400'))
  } finally {
    await server.stop()
  }
})

test('sends all pending responses before the refusal, in order', async () => {
  const server = await startTestServer({ schema: createFaultSchema(slowly) })
  try {
    const good = postText('{"query":"{ echo }"}') + postText('{"query":"mutation { change }"}')
    const text = await readAll(server.url, `${good}\0\0\0\0`)
    expect(heads(text)).toEqual([200, 200, 400])
    expect(text).toMatch(/"echo":"done"[^]*"change":"changed"[^]*not well-formed HTTP/)
  } finally {
    await server.stop()
  }
})

test('rejects a request that breaks off in its body at once', async () => {
  const server = await startTestServer({ schema: createFaultSchema(slowly) })
  try {
    const broken = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n`
    expect(heads(await readAll(server.url, broken))).toEqual([400])
    expect(heads(await readAll(server.url, postText('{"query":"{ echo }"}') + broken))).toEqual([200, 400])
  } finally {
    await server.stop()
  }
})

test('keeps the refusal of a malformed request out of an event stream', async () => {
  const api = await startGraphApi()
  try {
    const socket = await openSocket(api.server.url)
    let text = ''
    socket.on('data', (piece) => (text += piece.toString()))
    const query = JSON.stringify({ query: 'subscription { graphChanged { cursor } }' })
    socket.write(postText(query, { accept: 'text/event-stream' }))
    while (!text.includes('event-stream')) await sleep(10)
    socket.write('BAD\r\n\r\n')
    await sleep(100)
    await api.database.pool.query("UPDATE kb_entities SET title = 'Espagne' WHERE slug = 'spain'")
    while (!text.includes('"cursor"')) await sleep(10)
    expect(heads(text)).toEqual([200])
    socket.destroy()
  } finally {
    await api.stop()
  }
})

test('answers an upgrade request like any other and closes the connection', async () => {
  let changes = 0
  const schema = createFaultSchema(slowly)
  schema.getMutationType()!.getFields()['change']!.resolve = () => String(++changes)
  const server = await startTestServer({ schema })
  const change = postText('{"query":"mutation { change }"}')
  const upgrade = postText('{"query":"{ echo }"}', { upgrade: 'websocket', connection: 'Upgrade' })
  try {
    const text = await readAll(server.url, upgrade + change)
    expect(heads(text)).toEqual([200])
    expect(text).toMatch(/^connection: close\r$/im)
    expect(text).toContain('{"data":{"echo":"done"}}')
    const socket = await openSocket(server.url)
    socket.write(upgrade)
    await sleep(20)
    socket.write(change)
    for await (const piece of socket) expect(heads(String(piece))).toEqual([200])
    expect(changes).toBe(0)
  } finally {
    await server.stop()
  }
})
