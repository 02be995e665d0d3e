import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { matchesEtag } from '../../src/http/matches-etag.ts'
import type { Readiness } from '../../src/http/endpoints/readiness.ts'
import { createFaultSchema, noGraph, startTestServer } from '../support/http-server.ts'
import type { TestServer } from '../support/http-server.ts'

let server: TestServer
let readiness: Omit<Readiness, 'draining'> = { database: 'ok', migrations: 'ok', graph: null }
beforeAll(async () => {
  server = await startTestServer({
    schema: createFaultSchema({}),
    readReadiness: () => Promise.resolve(readiness),
    reader: () => ({ ...noGraph, isPublicFile: () => true }),
  })
})
afterAll(() => server.stop())

const get = (path: string, init?: RequestInit) =>
  fetch(`${server.url}${path}`, { redirect: 'manual', ...init })

describe('health and readiness', () => {
  test('reports liveness', async () => {
    const response = await get('/healthz')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  test('is degraded without the database if there is a graph in memory, else not ready', async () => {
    for (const graph of [{ version: 7, ageSeconds: 3 }, null]) {
      readiness = { database: 'not reachable', migrations: 'unknown', graph }
      const response = await get('/readyz')
      readiness = { database: 'ok', migrations: 'ok', graph: null }
      expect(response.status).toBe(graph ? 200 : 503)
      expect(await response.json()).toEqual({
        status: graph ? 'degraded' : 'not ready',
        database: 'not reachable',
        migrations: 'unknown',
        graph,
        draining: false,
      })
    }
  })

  test('becomes degraded, then not ready, as its graph ages', async () => {
    for (const [ageSeconds, status] of [
      [3, 'ready'],
      [20, 'degraded'],
      [61, 'not ready'],
    ] as const) {
      readiness = { database: 'ok', migrations: 'ok', graph: { version: 7, ageSeconds } }
      const response = await get('/readyz')
      readiness = { database: 'ok', migrations: 'ok', graph: null }
      expect(response.status).toBe(status === 'not ready' ? 503 : 200)
      expect(await response.json()).toMatchObject({ status })
    }
  })

  test('is ready only if every check passes', async () => {
    expect((await get('/readyz')).status).toBe(200)
    readiness = { database: 'ok', migrations: '2 pending', graph: null }
    const response = await get('/readyz')
    readiness = { database: 'ok', migrations: 'ok', graph: null }
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      status: 'not ready',
      database: 'ok',
      migrations: '2 pending',
      graph: null,
      draining: false,
    })
  })
})

describe('what is not there', () => {
  test.each(['/', '/nothing', '/api', '/api/constellation/x', '//evil', '/%zz', '/graphql/x'])(
    '%s is a 404',
    async (path) => {
      const response = await get(path)
      expect(response.status).toBe(404)
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toMatchObject({ error: { code: 'NOT_FOUND' } })
    },
  )

  test('a wrong method is a 405 that names the right ones', async () => {
    for (const path of ['/healthz', '/readyz', '/api/constellation', '/media/x']) {
      const response = await get(path, { method: 'POST', body: 'x' })
      expect([response.status, response.headers.get('allow')], path).toEqual([405, 'GET, HEAD'])
      expect(await response.json()).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } })
    }
  })

  test('malformed HTTP gets a response, too, and the server survives', async () => {
    const ask = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(text))
        let answer = ''
        socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
        socket.on('close', () => resolve(answer)).on('error', reject)
      })
    expect(await ask('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"BAD_REQUEST"/)
    const long = `GET /graphql?query=${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`
    expect(await ask(long)).toMatch(/^HTTP\/1\.1 431 [^]*"PAYLOAD_TOO_LARGE"/)
    expect((await get('/healthz')).status).toBe(200)
  })

  test('an unexpected failure is masked', async () => {
    const response = await get('/api/constellation', { headers: { 'x-request-id': 'rest-1' } })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ error: { code: 'INTERNAL', requestId: 'rest-1' } })
    expect(server.logged.join('')).toContain('no graph in this test')
  })
})

describe('media', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
  const hash = createHash('sha256').update(svg).digest('hex')
  beforeAll(async () => {
    await writeFile(join(server.mediaDir, `${hash}.svg`), svg)
    await writeFile(join(server.mediaDir, `${hash}.html`), 'no')
    await writeFile(join(server.mediaDir, 'secret.svg'), 'no')
  })

  test('a public file may be cached for a day, has its type, and an SVG cannot run scripts', async () => {
    const response = await get(`/media/${hash}.svg`)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(svg)
    expect(response.headers.get('content-type')).toBe('image/svg+xml')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('public, max-age=86400, immutable')
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none';.* sandbox$/)
  })

  test('a file whose bytes are not of its type is a download', async () => {
    const page = '<!doctype html><script>alert(1)</script>'
    const name = `${createHash('sha256').update(page).digest('hex')}.pdf`
    await writeFile(join(server.mediaDir, name), page)
    for (const method of ['GET', 'HEAD', 'GET']) {
      const { status, headers } = await get(`/media/${name}`, { method })
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toBe('attachment')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  test('HEAD has the length and no body; a known tag gets a 304', async () => {
    const head = await get(`/media/${hash}.svg`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(svg.length),
      '',
    ])
    const known = await get(`/media/${hash}.svg`, { headers: { 'if-none-match': head.headers.get('etag')! } })
    expect(known.status).toBe(304)
  })

  const part = async (range: string, more: Record<string, string> = {}) => {
    const response = await get(`/media/${hash}.svg`, { headers: { range, ...more } })
    const header = (name: string) => response.headers.get(name)
    return {
      status: response.status,
      text: await response.text(),
      range: header('content-range'),
      length: header('content-length'),
    }
  }

  test('returns the requested range of a file', async () => {
    const size = svg.length
    const first = { status: 206, text: svg.slice(0, 5), range: `bytes 0-4/${size}`, length: '5' }
    expect(await part('bytes=0-4')).toEqual(first)
    const last = {
      status: 206,
      text: svg.slice(-3),
      range: `bytes ${size - 3}-${size - 1}/${size}`,
      length: '3',
    }
    expect(await part('bytes=-3')).toEqual(last)
    expect((await part(`bytes=5-${size * 2}`)).text).toBe(svg.slice(5))
    expect((await get(`/media/${hash}.svg`)).headers.get('accept-ranges')).toBe('bytes')
    expect(await part('bytes=0-4', { 'if-range': `"${hash}"` })).toEqual(first)
  })

  test.each([
    ['of another state of the file', 'bytes=0-4', { 'if-range': '"other"' }],
    ['in several parts', 'bytes=0-1,5-6', {}],
    ['in other units', 'lines=0-4', {}],
    ['that is none', 'bytes=x', {}],
  ])('a range %s is answered whole', async (_, range, headers) => {
    expect(await part(range, headers)).toMatchObject({ status: 200, text: svg, range: null })
  })

  test('a range beyond the end says how long the file is', async () => {
    const beyond = await part(`bytes=${svg.length}-`)
    expect(beyond).toMatchObject({ status: 416, text: '', range: `bytes */${svg.length}` })
  })

  test.each([
    'secret.svg',
    `${hash}.html`,
    `${hash}`,
    `${'0'.repeat(64)}.svg`,
    `..%2f${hash}.svg`,
    '../package.json',
    `${hash}.svg%00.png`,
    '',
  ])('%j is not served', async (name) => {
    expect((await get(`/media/${name}`)).status).toBe(404)
  })
})

describe('entity tags', () => {
  test.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b",W/"a"', true],
    ['"x,y", "a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    ['', false],
    ['"x, "a""', false],
  ])('%j matches "a": %s', (header, expected) => {
    expect(matchesEtag(header, '"a"')).toBe(expected)
  })
})
