import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGraphApi, type GraphApi, type GraphApiOptions } from '../support/graph-api.ts'
import { openConversation, postText, type Conversation } from '../support/raw-http.ts'

const accept = { accept: 'application/graphql-response+json' }
const bySlug = 'query BySlug($s: Key!) { entity(by: { slug: $s }) { id slug title summary } }'
const bodyOf = (slug: string, query = bySlug) => JSON.stringify({ query, variables: { s: slug } })
/** A POST as the bytes of its text, one character each. */
const postOf = (slug: string, headers: Readonly<Record<string, string>> = {}, query = bySlug) =>
  latin1(postText(bodyOf(slug, query), { ...accept, ...headers }))
const getOf = (slug: string, headers = '') =>
  `GET /graphql?${new URLSearchParams({ query: bySlug, variables: JSON.stringify({ s: slug }) }).toString()} HTTP/1.1\r\nhost: test\r\naccept: ${accept.accept}\r\n${headers}\r\n`
const latin1 = (text: string) => Buffer.from(text).toString('latin1')

/** How often the fast lane has answered without reading the request. */
async function unparsed({ server }: GraphApi): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(/lane_answers_total\{from="unparsed"\} (\d+)/.exec(text)![1])
}

/** Asks until the request is known. The first takes the ordinary way, the second is made, the third is kept. */
async function makeKnown({ ask }: Conversation, request: string): Promise<string> {
  let body = ''
  for (let at = 0; at < 3; at++) ({ body } = await ask(request))
  return body
}

describe('a request that is known by its bytes', () => {
  let api: GraphApi
  let talk: Conversation
  beforeAll(async () => {
    api = await startGraphApi(undefined, undefined, { inMemory: true })
    talk = await openConversation(api.server.url)
  })
  afterAll(async () => {
    talk.socket.destroy()
    await api.stop()
  })
  const answeredUnparsed = async (count: number, ask: () => Promise<unknown>) => {
    const before = await unparsed(api)
    const answer = await ask()
    expect((await unparsed(api)) - before).toBe(count)
    return answer
  }

  test.each([
    ['POST', postOf('portugal')],
    ['POST with texts of every script', postOf('portugal', {}, `${bySlug} # é😀`)],
    ['GET', getOf('spain')],
    ['POST with an id', postOf('france', { 'x-request-id': 'mine-7' })],
    ['POST that wants the connection to stay', postOf('moskva', { connection: 'Keep-Alive' })],
  ])('%s: gets the answer that it got when it was read, to the byte', async (_, request) => {
    await makeKnown(talk, request)
    const other = await openConversation(api.server.url)
    // The first request of a connection is always read.
    const read = await answeredUnparsed(0, () => other.ask(request))
    for (const { ask } of [other, talk, other])
      expect(await answeredUnparsed(1, () => ask(request))).toEqual(read)
    other.socket.destroy()
  })

  test('each answer has an id of its own, or the caller’s', async () => {
    const request = postOf('spain', { 'user-agent': 'ids' })
    await makeKnown(talk, request)
    const ids: string[] = []
    talk.socket.on('data', (bytes: Buffer) =>
      ids.push(/x-request-id: (.*)/.exec(bytes.toString('latin1'))![1]!),
    )
    await answeredUnparsed(5, async () => {
      for (let at = 0; at < 5; at++) await talk.ask(request)
    })
    expect(new Set(ids).size).toBe(5)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('a long answer comes whole', async () => {
    await api.database.pool.query(
      `UPDATE kb_entities SET summary = repeat('x€', 9000), revision = revision + 1 WHERE slug = 'aland'`,
    )
    await api.query('{ __typename }')
    const request = postOf('aland')
    const body = await makeKnown(talk, request)
    expect(body.length).toBeGreaterThan(1 << 14)
    const answer = await answeredUnparsed(1, () => talk.ask(request))
    expect(answer).toMatchObject({ body })
  })

  const others: Record<string, string> = {
    'a cookie': postOf('spain', { cookie: 'a=1' }),
    'a connection that is to end': postOf('spain', { connection: 'close' }),
    'an older HTTP': postOf('spain').replace('HTTP/1.1', 'HTTP/1.0'),
    'a head that is written unusually': postOf('spain').replace('host: test', 'host:  test'),
    'a head without a space': postOf('spain').replace('host: test', 'host:test'),
    'an empty line before it': `\r\n${postOf('spain')}`,
    'a body in chunks': `POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${bodyOf('spain').length.toString(16)}\r\n${bodyOf('spain')}\r\n0\r\n\r\n`,
    'a wish to continue': postOf('spain', { expect: '100-continue' }),
    'a tag that is held': getOf('spain', 'if-none-match: "mine"\r\n').replace('"mine"', '*'),
  }
  test.each(Object.entries(others))('%s: is read each time', async (_, request) => {
    const connections: Conversation[] = []
    await answeredUnparsed(0, async () => {
      for (let at = 0; at < 5; at++) {
        const own = await openConversation(api.server.url)
        connections.push(own)
        // What is known comes first, so that the connection could be answered without reading.
        await own.ask(postOf('andorra'))
        await own.ask(request)
      }
    })
    for (const { socket } of connections) socket.destroy()
  })

  test('a request with something behind it is left to the parser', async () => {
    const request = postOf('spain', { 'user-agent': 'behind' })
    const body = await makeKnown(talk, request)
    const both = await answeredUnparsed(0, async () => {
      const first = await talk.ask(request + request)
      return [first.body, (await talk.next()).body]
    })
    expect(both).toEqual([body, body])
    // After it the connection is as it was.
    expect(await answeredUnparsed(1, () => talk.ask(request))).toMatchObject({ body })
  })

  test('bytes within another request are that request’s, whatever they look like', async () => {
    const inner = postOf('spain', { 'user-agent': 'inner' })
    const body = await makeKnown(talk, inner)
    for (const outer of [
      `POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: ${inner.length}\r\n\r\n`,
      `POST /nowhere HTTP/1.1\r\nhost: test\r\ncontent-length: ${inner.length}\r\n\r\n`,
      `PUT /healthz HTTP/1.1\r\nhost: test\r\nx: ${'y'.repeat(300)}\r\ncontent-length: ${inner.length}\r\n\r\n`,
    ]) {
      const own = await openConversation(api.server.url)
      await own.ask(inner)
      expect(await answeredUnparsed(1, () => own.ask(inner))).toMatchObject({ body })
      own.socket.write(outer)
      await sleep(30)
      const answer = await answeredUnparsed(0, () => own.ask(inner))
      expect(answer).not.toMatchObject({ body })
      // The same with the outer one behind a request that is answered.
      const other = await openConversation(api.server.url)
      expect(await other.ask(inner + outer)).toMatchObject({ body })
      await sleep(30)
      expect(await answeredUnparsed(0, () => other.ask(inner))).toEqual(answer)
      other.socket.destroy()
      own.socket.destroy()
      // Nobody else's answer has changed by it.
      expect(await answeredUnparsed(1, () => talk.ask(inner))).toMatchObject({ body })
    }
  })

  test('bytes that follow half a request are not learned as one', async () => {
    const innocent = getOf('spain', 'user-agent: innocent\r\n')
    // The parser takes the first line of the innocent bytes for the value of a header, and answers about another entity.
    const [line] = getOf('france').split('\r\n', 1)
    for (let at = 0; at < 5; at++) {
      const own = await openConversation(api.server.url)
      await own.ask(postOf('andorra'))
      own.socket.write(`${line}\r\nx-rest: `)
      await sleep(10)
      expect((await own.ask(innocent)).body).toContain('"slug":"france"')
      own.socket.destroy()
    }
    for (let at = 0; at < 5; at++) expect((await talk.ask(innocent)).body).toContain('"slug":"spain"')
  })

  test('requests in any pieces are answered in their order', async () => {
    const slugs = ['portugal', 'spain', 'france', 'andorra', 'moskva']
    const expected = new Map<string, string>()
    for (const slug of slugs) expected.set(slug, await makeKnown(talk, postOf(slug)))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...slugs), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(2000), { maxLength: 5 }),
        fc.boolean(),
        async (asked, cuts, waits) => {
          const own = await openConversation(api.server.url)
          await own.ask(postOf('spain'))
          const text = asked.map((slug) => postOf(slug)).join('')
          const places = [...new Set([0, ...cuts.map((cut) => cut % text.length), text.length])]
          places.sort((left, right) => left - right)
          const answers = Promise.all(asked.map(() => own.next()))
          for (const [at, place] of places.slice(1).entries()) {
            own.socket.write(text.slice(places[at], place), 'latin1')
            if (waits) await sleep(2)
          }
          expect((await answers).map(({ body }) => body)).toEqual(asked.map((slug) => expected.get(slug)))
          // Whole requests in whatever pieces leave the connection where it was.
          const before = await unparsed(api)
          expect((await own.ask(postOf('spain'))).body).toBe(expected.get('spain'))
          expect((await unparsed(api)) - before).toBe(1)
          own.socket.destroy()
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a client that does not read its answers gets them all, and the server does not heap them up', async () => {
    const request = postOf('aland', { 'user-agent': 'lazy' })
    const body = await makeKnown(talk, request)
    const own = await openConversation(api.server.url)
    await own.ask(request)
    own.socket.pause()
    const count = 600
    const before = await unparsed(api)
    for (let at = 0; at < count; at++) {
      own.socket.write(request, 'latin1')
      // Each in a piece of its own.
      await sleep(1)
    }
    // As many as the buffers of the system hold; the others wait for the parser, and it for the client.
    const given = (await unparsed(api)) - before
    expect(given).toBeGreaterThan(0)
    expect(given).toBeLessThan(count)
    for (let at = 0; at < count; at++) if ((await own.next()).body !== body) expect.fail(`answer ${at}`)
    own.socket.destroy()
  }, 60_000)

  test('a connection on which nothing is known for long is left to the parser', async () => {
    const request = postOf('spain', { 'user-agent': 'patient' })
    const body = await makeKnown(talk, request)
    const own = await openConversation(api.server.url)
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 990; at++) await own.ask(postOf('spain', { cookie: `a=${at}` }))
      expect(await answeredUnparsed(1, () => own.ask(request))).toMatchObject({ body })
    }
    for (let at = 0; at < 1010; at++) await own.ask(postOf('spain', { cookie: `a=${at}` }))
    expect(await answeredUnparsed(0, () => own.ask(request))).toMatchObject({ body })
    expect(await answeredUnparsed(1, () => talk.ask(request))).toMatchObject({ body })
    own.socket.destroy()
  })

  test('after a connection was told that it ends, nothing more is answered', async () => {
    const request = postOf('spain', { 'user-agent': 'ending' })
    await makeKnown(talk, request)
    const before = api.server.logged.length
    await answeredUnparsed(0, async () => {
      for (let at = 0; at < 20; at++) {
        const own = await openConversation(api.server.url)
        await own.ask(request)
        own.socket.write(postOf('spain', { connection: 'close' }), 'latin1')
        const known = sleep(at / 4).then(() => own.socket.write(request, 'latin1'))
        expect((await own.next()).head).toMatch(/^connection: close/im)
        await expect(own.next()).rejects.toThrow()
        await known
        own.socket.destroy()
      }
    })
    expect(api.server.logged.slice(before)).toEqual([])
  })

  test('a head that comes for the first time is not learned', async () => {
    await makeKnown(talk, postOf('spain'))
    const request = postOf('spain', { 'x-trace': 'first' })
    for (const count of [0, 0, 1]) await answeredUnparsed(count, () => talk.ask(request))
  })

  test('what is learned does not keep in memory what came with it', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    await makeKnown(talk, postOf('spain'))
    const own = await openConversation(api.server.url)
    await own.ask(postOf('spain'))
    const heap = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const before = heap()
    for (let at = 0; at < 400; at++) {
      const long = postText(' '.repeat(60_000 + at), { cookie: 'a=1' })
      const variables = { s: 'spain', other: String(at).padStart(4, '0') }
      const request = latin1(postText(JSON.stringify({ query: bySlug, variables }), accept))
      await own.ask(request)
      await own.ask(long + request)
      await own.next()
    }
    expect((heap() - before) / 2 ** 20).toBeLessThan(6)
    own.socket.destroy()
  })

  test('a change of the graph is seen at once', async () => {
    const request = postOf('portugal', { 'user-agent': 'change' })
    await makeKnown(talk, request)
    for (let round = 0; round < 5; round++) {
      await api.database.pool.query(
        `UPDATE kb_entities SET title = $1, revision = revision + 1 WHERE slug = 'portugal'`,
        [`Round ${round}`],
      )
      await api.query('{ __typename }')
      for (let at = 0; at < 4; at++) expect((await talk.ask(request)).body).toContain(`Round ${round}`)
    }
    await answeredUnparsed(1, () => talk.ask(request))
  })
})

async function withApi(options: GraphApiOptions, work: (api: GraphApi, talk: Conversation) => Promise<void>) {
  const api = await startGraphApi(undefined, undefined, { inMemory: true, ...options })
  const talk = await openConversation(api.server.url)
  try {
    await work(api, talk)
  } finally {
    talk.socket.destroy()
    await api.stop()
  }
}

test('known requests are charged, each to its own visitor, and refused like others', () =>
  withApi({ env: { KB_RATE_LIMIT: '100', KB_TRUSTED_PROXIES: '1' } }, async (api, { ask }) => {
    const from = (address: string) => postOf('spain', { 'x-forwarded-for': address })
    const [one, two] = [from('192.0.2.1'), from('192.0.2.2')]
    const answers: string[] = []
    for (let at = 0; at < 103; at++) answers.push((await ask(one)).body)
    expect(answers[3]).toContain('"slug":"spain"')
    expect(answers.at(-1)).toContain('RATE_LIMITED')
    // What was given is what the limit allows, at one point each, as the ordinary way charges.
    const given = answers.filter((body) => body.includes('"slug":"spain"')).length
    const ordinary: string[] = []
    for (let at = 0; at < 103; at++)
      ordinary.push((await ask(postOf('spain', { 'x-forwarded-for': '192.0.2.3', cookie: 'a=1' }))).body)
    expect(given).toBe(ordinary.filter((body) => body.includes('"slug":"spain"')).length)
    expect((await ask(two)).body).toContain('"slug":"spain"')
    expect(await unparsed(api)).toBeGreaterThan(50)
  }))

test('a server that stops says so to known requests too', () =>
  withApi({}, async ({ server, database, cookieOf }, talk) => {
    const request = postOf('spain')
    await makeKnown(talk, request)
    const lock = async (table: string) => {
      const client = await database.pool.connect()
      await client.query(`BEGIN; LOCK TABLE ${table}`)
      return async () => {
        await client.query('ROLLBACK')
        client.release()
      }
    }
    const [openWorkflows, openRuns] = [await lock('kb_workflows'), await lock('kb_provenance_runs')]
    const other = await openConversation(server.url)
    // An editor is answered from the database.
    const cookie = await cookieOf('EDITOR')
    const queryOf = (query: string) => postText(JSON.stringify({ query }), { cookie })
    const first = talk.ask(queryOf('{ workflows(first: 1) { totalCount } }'))
    const second = other.ask(queryOf('{ provenanceRuns(first: 1) { totalCount } }'))
    await sleep(100)
    const stopped = server.stop(10_000)
    await openWorkflows()
    expect((await first).head).toMatch(/^connection: keep-alive/im)
    expect((await talk.ask(request)).head).toMatch(/^connection: close/im)
    await openRuns()
    expect((await second).body).toContain('totalCount')
    await stopped
  }))
