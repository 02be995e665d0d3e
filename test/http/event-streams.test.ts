import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startGraphApi, type GraphApi } from '../support/graph-api.ts'
import { openSocket, postText } from '../support/raw-http.ts'
import { followEvents } from '../support/sse.ts'

interface Told {
  data: { graphChanged: { cursor: string; node: { subjectKey: string } } }
}

let api: GraphApi
const sockets: Socket[] = []
beforeAll(async () => {
  // Each client has its own address, so that the limit per client does not apply.
  api = await startGraphApi(undefined, undefined, { env: { KB_TRUSTED_PROXIES: '1' } })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(() => api.stop())

const subscription = (after: string) =>
  `subscription { graphChanged(after: "${after}") { cursor node { subjectKey patch } } }`
const lastCursor = async () =>
  (await api.query('{ changes(first: 100) { pageInfo { endCursor } } }')).changes.pageInfo.endCursor as string

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${api.server.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
}
const countOpen = () => metric('kb_subscriptions_open')
const whenOpen = (count: number) => expect.poll(countOpen, { timeout: 10_000 }).toBe(count)

/** Follows the feed without reading it. */
async function followWithoutReading(after: string): Promise<Socket> {
  const socket = await openSocket(api.server.url)
  socket.on('error', () => undefined).pause()
  const at = sockets.push(socket)
  socket.write(
    postText(JSON.stringify({ query: subscription(after) }), {
      accept: 'text/event-stream',
      'x-forwarded-for': `10.0.${at >> 8}.${at & 255}`,
    }),
  )
  return socket
}

async function addEntities(name: string, count: number, characters: number): Promise<string[]> {
  const { rows } = await api.database.pool.query<{ slug: string }>(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash, attributes)
      SELECT $3 || '-' || n, 'country', 'Large', 'PUBLISHED', repeat('0', 64), jsonb_build_object('note', repeat('x', $2))
      FROM generate_series(1, $1::int) n RETURNING slug`,
    [count, characters, name],
  )
  return rows.map(({ slug }) => slug)
}

describe('an event stream', () => {
  test('releases everything when its client leaves, even before it starts', async () => {
    const after = await lastCursor()
    for (let at = 0; at < 30; at++) (await followWithoutReading(after)).end().destroy()
    const here = await followEvents<Told>(api.server.url, subscription(after))
    await whenOpen(1)
    const [slug] = await addEntities('small', 1, 10)
    expect((await here.next()).data.graphChanged.node.subjectKey).toBe(slug)
    here.close()
    await whenOpen(0)
    const listeners = async () => {
      const { rows } = await api.database.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
      )
      return rows[0]!.n
    }
    await expect.poll(listeners, { timeout: 5000 }).toBe(0)
  })

  test('ends when a client that did not read leaves', async () => {
    const after = await lastCursor()
    await addEntities('large', 4, 2_000_000)
    for (let at = 0; at < 3; at++) await followWithoutReading(after)
    await expect.poll(() => metric('kb_event_streams_waiting_bytes'), { timeout: 10_000 }).toBeGreaterThan(0)
    for (const socket of sockets) socket.destroy()
    await whenOpen(0)
    expect(await metric('kb_event_streams_waiting_bytes')).toBe(0)
  })
})

test('sends a returning client the changes it missed, however large', async () => {
  const after = await lastCursor()
  const slugs = await addEntities('missed', 5, 1_000_000)
  const first = await followEvents<Told>(api.server.url, subscription(after))
  const told = [await first.next(15_000), await first.next(15_000)]
  first.close()
  const second = await followEvents<Told>(api.server.url, subscription(told[1]!.data.graphChanged.cursor))
  while (told.length < slugs.length) told.push(await second.next(15_000))
  expect(told.map(({ data }) => data.graphChanged.node.subjectKey)).toEqual(slugs)
  second.close()
})
