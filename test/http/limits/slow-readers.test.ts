import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSlowReaders, waitingLimits, type SlowReaders } from '../../../src/http/limits/slow-readers.ts'
import { openSocket } from '../../support/raw-http.ts'

const event = Buffer.alloc(8_000_000, 'x')

let server: Server
let readers: SlowReaders
let cut: number[]
const streams: ServerResponse[] = []
const clients: Socket[] = []
beforeEach(async () => {
  cut = []
  readers = createSlowReaders((bytes) => cut.push(bytes))
  server = createServer((_, response) => {
    streams.push(response)
    readers.watch(response)
    response.flushHeaders()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  streams.length = 0
  server.close()
})

async function open(isReading: boolean): Promise<ServerResponse> {
  const client = await openSocket(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.on('error', () => undefined)
  if (isReading) client.resume()
  else client.pause()
  clients.push(client)
  const count = streams.length
  client.write('GET / HTTP/1.1\r\nHost: test\r\n\r\n')
  await expect.poll(() => streams.length).toBe(count + 1)
  return streams.at(-1)!
}

test('cuts off the streams that stalled longest while too much is buffered', async () => {
  const silent: ServerResponse[] = []
  for (let at = 0; at < 6; at++) {
    silent.push(await open(false))
    silent[at]!.write(event)
  }
  const reading = await open(true)
  for (let at = 0; at < 6; at++) {
    if (!reading.write(event)) await once(reading, 'drain')
  }
  await expect
    .poll(() => readers.waitingBytes(), { timeout: 10_000 })
    .toBeLessThanOrEqual(waitingLimits.bytes)
  expect(cut.length).toBeGreaterThan(0)
  expect(silent.map(({ destroyed }) => destroyed)).toEqual(silent.map((_, at) => at < cut.length))
  expect(reading.destroyed).toBe(false)
})

test('buffers one event above the limit for a single client', async () => {
  const silent = await open(false)
  silent.write(Buffer.alloc(waitingLimits.bytes + 1_000_000))
  await new Promise((resolve) => setTimeout(resolve, 2500))
  expect([silent.destroyed, cut]).toEqual([false, []])
  expect(readers.waitingBytes()).toBeGreaterThan(0)
  clients[0]!.destroy()
  await expect.poll(() => readers.waitingBytes()).toBe(0)
})
