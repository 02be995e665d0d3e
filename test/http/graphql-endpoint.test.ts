import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { GraphQLError } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../src/errors.ts'
import { createFaultSchema, startTestServer } from '../support/http-server.ts'
import type { TestServer } from '../support/http-server.ts'

const secretUrl = 'postgresql://kb:hunter2@10.0.0.7:5432/kb'
const failures: Record<string, () => unknown> = {
  app: () => new AppError('BAD_CURSOR', 'The cursor is not of this list.', { argument: 'after' }),
  plain: () => new TypeError(`SELECT broke in /srv/kb/secret.ts at ${secretUrl}`),
  refused: () => Object.assign(new Error(`connect ECONNREFUSED ${secretUrl}`), { code: 'ECONNREFUSED' }),
  aggregate: () => new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]),
  poolFull: () => new Error('timeout exceeded when trying to connect'),
  terminated: () => new Error('Connection terminated unexpectedly'),
  slow: () => Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
  nul: () => Object.assign(new Error('invalid byte sequence for encoding "UTF8": 0x00'), { code: '22021' }),
  wrapped: () => new Error('reader failed', { cause: new AppError('BAD_REQUEST', 'Too much.') }),
  noFile: () => readFileSync('/srv/kb/x'),
  noSocket: () =>
    Object.assign(new Error('connect ENOENT /srv/kb/s'), { code: 'ENOENT', syscall: 'connect' }),
  pipe: () => Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' }),
  locked: () => Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' }),
  scalar: () => new GraphQLError('Int cannot represent 1e99'),
  text: () => 'not even an error',
}

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({
    schema: createFaultSchema({
      echo: ({ text }: { text: string }) => text,
      fail: ({ how }: { how: string }) => {
        throw failures[how]!()
      },
    }),
  })
})
afterAll(() => server.stop())

function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
  })
}
async function codeOf(response: Response): Promise<string | undefined> {
  const body = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return body.errors?.[0]?.extensions?.code
}

describe('the error seam', () => {
  test.each([
    ['app', 'BAD_CURSOR', 200],
    ['wrapped', 'BAD_REQUEST', 200],
    ['nul', 'BAD_REQUEST', 200],
    ['plain', 'INTERNAL', 200],
    ['scalar', 'INTERNAL', 200],
    ['noFile', 'INTERNAL', 200],
    ['text', 'INTERNAL', 200],
    ['refused', 'BACKEND_UNAVAILABLE', 503],
    ['aggregate', 'BACKEND_UNAVAILABLE', 503],
    ['poolFull', 'BACKEND_UNAVAILABLE', 503],
    ['terminated', 'BACKEND_UNAVAILABLE', 503],
    ['noSocket', 'BACKEND_UNAVAILABLE', 503],
    ['pipe', 'BACKEND_UNAVAILABLE', 503],
    ['locked', 'TIMEOUT', 504],
    ['slow', 'TIMEOUT', 504],
  ])('%s is %s', async (how, code, status) => {
    const answer = await server.ask(`query ($how: String!) { fail(how: $how) }`, { how })
    const [error] = answer.body.errors!
    expect(error).toMatchObject({ path: ['fail'], extensions: { code } })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('retry-after')).toBe(code === 'BACKEND_UNAVAILABLE' ? '5' : null)
    expect(JSON.stringify(answer.body)).not.toMatch(/hunter2|10\.0\.0\.7|srv|SELECT|stack|1e99/)
  })

  test('an expected error keeps its message and facts', async () => {
    const { body } = await server.ask('{ fail(how: "app") }')
    expect(body.errors![0]).toMatchObject({
      message: 'The cursor is not of this list.',
      extensions: { code: 'BAD_CURSOR', argument: 'after' },
    })
  })

  test('logs the cause of a masked error under its request id', async () => {
    const { body, headers } = await server.ask('{ fail(how: "plain") }', {}, { 'x-request-id': 'test-42' })
    expect(headers.get('x-request-id')).toBe('test-42')
    expect(body.errors![0]!.extensions['requestId']).toBe('test-42')
    const line = server.logged.find((text) => text.includes('test-42'))!
    expect(line).toContain('SELECT broke')
    expect(line).not.toContain('hunter2')
  })

  test('keeps the data of other fields when the database fails one', async () => {
    const answer = await server.ask('{ echo(text: "here") fail(how: "refused") }')
    expect(answer.status).toBe(200)
    expect(answer.body.data).toEqual({ echo: 'here', fail: null })
    expect(answer.body.errors![0]!.extensions.code).toBe('BACKEND_UNAVAILABLE')
  })

  test.each([
    ['a syntax error', '{ echo(', undefined],
    ['an unknown field', '{ nothing }', undefined],
    ['an unknown operation', '', undefined],
    ['a wrong variable', 'query ($list: [Int!]) { echo(list: $list) }', { list: ['x'] }],
    ['a missing variable', 'query ($how: String!) { fail(how: $how) }', {}],
  ])('%s is a BAD_REQUEST with status 400', async (_name, query, variables) => {
    const answer = await server.ask(query, variables)
    expect(answer.body.errors!.map((error) => error.extensions.code)).toContain('BAD_REQUEST')
    expect(answer.status).toBe(400)
  })

  test('ignores an unsafe request id', async () => {
    const { headers } = await server.ask('{ echo }', {}, { 'x-request-id': 'a b"c' })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('hostile requests', () => {
  test.each([
    ['invalid JSON', '{"query": "{ echo }"', 400, 'BAD_REQUEST'],
    ['an empty body', '', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a number', '7', 400, 'BAD_REQUEST'],
    ['a batch', '[{"query":"{ echo }"}]', 400, 'BAD_REQUEST'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['a query that is no text', '{"query": 7}', 400, 'BAD_REQUEST'],
    ['variables that are a list', '{"query":"{ echo }","variables":[]}', 400, 'BAD_REQUEST'],
    ['an unknown member', '{"query":"{ echo }","evil":1}', 400, 'BAD_REQUEST'],
    [
      'a lone surrogate in a variable',
      String.raw`{"query":"query($t:String){echo(text:$t)}","variables":{"t":"\ud800"}}`,
      400,
      'BAD_REQUEST',
    ],
    [
      'a lone surrogate in a key',
      String.raw`{"query":"{ echo }","variables":{"\udfff":1}}`,
      400,
      'BAD_REQUEST',
    ],
    ['a lone surrogate in the query', String.raw`{"query":"{ echo(text:\"\ud800\") }"}`, 400, 'BAD_REQUEST'],
    [
      'NUL in a variable',
      String.raw`{"query":"query($t:String){echo(text:$t)}","variables":{"t":"a\u0000b"}}`,
      400,
      'BAD_REQUEST',
    ],
    ['NUL escaped in the query', String.raw`{"query":"{ echo(text:\"\\u0000\") }"}`, 400, 'BAD_REQUEST'],
    [
      'variables 20,000 deep',
      `{"query":"{ echo }","variables":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`,
      400,
      'BAD_REQUEST',
    ],
    [
      'a query 20,000 deep',
      JSON.stringify({
        query: `{ node ${'{ node '.repeat(20_000)} { name } ${'}'.repeat(20_001)}`.slice(0, 99_000),
      }),
      400,
      'DEPTH_EXCEEDED',
    ],
    [
      'a list 5,000 deep',
      JSON.stringify({ query: `{ echo(list: ${'['.repeat(5000)}${']'.repeat(5000)}) }` }),
      400,
      'DEPTH_EXCEEDED',
    ],
    ['60,000 aliases', JSON.stringify({ query: `{ ${'a:echo '.repeat(12_000)} }` }), 400, 'BAD_REQUEST'],
  ])('%s', async (_name, body, status, code) => {
    const response = await post(body)
    expect(response.status).toBe(status)
    expect(await codeOf(response)).toBe(code)
  })

  test('bytes that are not UTF-8', async () => {
    const response = await post(
      Uint8Array.from([...Buffer.from('{"query":"{ echo }","x":"'), 0xff, 0x22, 0x7d]),
    )
    expect([response.status, await codeOf(response)]).toEqual([400, 'BAD_REQUEST'])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/graphql',
  ])('a body of type %s is refused', async (type) => {
    const response = await post('{"query":"mutation { change }"}', { 'content-type': type })
    expect([response.status, await codeOf(response)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })

  test('a mutation by GET, and other methods, are refused', async () => {
    const byGet = await fetch(`${server.url}/graphql?query=${encodeURIComponent('mutation { change }')}`)
    expect([byGet.status, await codeOf(byGet)]).toEqual([405, 'METHOD_NOT_ALLOWED'])
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await fetch(`${server.url}/graphql`, { method })
      expect([response.status, await codeOf(response)], method).toEqual([405, 'METHOD_NOT_ALLOWED'])
    }
  })

  test('variables in an address that are not JSON are rejected', async () => {
    const response = await fetch(`${server.url}/graphql?query=%7Becho%7D&variables=%7B`)
    expect([response.status, await codeOf(response)]).toEqual([400, 'BAD_REQUEST'])
  })

  test('an unsatisfiable Accept header gets a 406 with a code', async () => {
    const response = await post('{"query":"{ echo }"}', { accept: 'image/png' })
    expect([response.status, await codeOf(response)]).toEqual([406, 'NOT_ACCEPTABLE'])
  })

  test('no origin is allowed by CORS', async () => {
    const response = await post('{"query":"{ echo }"}', { origin: 'https://evil.example' })
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('a body of 2 MB is rejected by its length, and the server survives', async () => {
    const response = await post(
      JSON.stringify({ query: '{ echo }', variables: { a: 'x'.repeat(2_000_000) } }),
    )
    expect([response.status, await codeOf(response)]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
    expect((await server.ask('{ echo(text: "alive") }')).body.data).toEqual({ echo: 'alive' })
  })

  test('a body of 2 MB without a length is rejected while it arrives', async () => {
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const request = httpRequest(
        `${server.url}/graphql`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status: response.statusCode!, text }))
        },
      )
      request.on('error', reject)
      request.write('{"query":"{ echo }","variables":{"a":"')
      for (let sent = 0; sent < 32; sent++) request.write('x'.repeat(65_536))
      request.end('"}}')
    })
    expect(status).toBe(413)
    expect(text).toContain('PAYLOAD_TOO_LARGE')
    expect((await server.ask('{ echo(text: "alive") }')).body.data).toEqual({ echo: 'alive' })
  })
})
