import type { Socket } from 'node:net'
import { createSession } from '../../src/database/access/sessions.ts'
import { sha256Hex } from '../../src/domain/hash.ts'
import { sessionCookie } from '../../src/http/endpoints/session-cookie.ts'
import { waitingLimits } from '../../src/http/limits/slow-readers.ts'
import { subscriptionLimits } from '../../src/http/limits/use-subscription-limits.ts'
import { openSocket, postText } from '../support/raw-http.ts'
import { followEvents, type Following } from '../support/sse.ts'
import { post, verdict, type Attack } from './attack.ts'

const subscription = 'subscription { graphChanged { cursor } }'

type Told = { errors?: { extensions: { code: string } }[] }

async function gauge(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
}

/** Subscriptions the server counts as open; it has five seconds to notice closed ones. */
async function countOpen(url: string): Promise<number> {
  for (let waited = 0; ; waited += 100) {
    const open = await gauge(url, 'kb_subscriptions_open')
    if (open === 0 || waited >= 5000) return open
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

export const liveAttacks: readonly Attack[] = [
  {
    name: 'subscriptions that are refused, to take the room of others',
    async run({ api }) {
      for (let at = 0; at <= subscriptionLimits.ofOneClient; at++)
        await (await followEvents(api.server.url, 'subscription { contentStateChanged { version } }')).ended
      const honest = await followEvents<Told>(api.server.url, subscription)
      const code = await honest.next(500).then(({ errors }) => errors?.[0]?.extensions.code, () => null) // prettier-ignore
      honest.close()
      await honest.ended
      return [verdict(`a subscription after ${subscriptionLimits.ofOneClient + 1} refused ones`, code === null, code ?? 'open')]
    },
  },
  {
    name: 'more subscriptions than a client may have, all at once',
    async run({ api }) {
      const most = subscriptionLimits.ofOneClient
      const all = await Promise.all(Array.from({ length: most + 50 }, () => followEvents<Told>(api.server.url, subscription)))
      const codes = await Promise.all(all.map((one) => one.next(1000).then(({ errors }) => errors?.[0]?.extensions.code, () => null))) // prettier-ignore
      for (const one of all) one.close()
      await Promise.all(all.map(({ ended }) => ended))
      const refused = codes.filter((code) => code === 'RATE_LIMITED').length
      const left = await countOpen(api.server.url)
      return [
        verdict('subscriptions open when all clients have gone', left === 0, `${left}`),
        verdict(`${most + 50} subscriptions at once`, refused === 50, `${refused} × RATE_LIMITED`)]
    },
  },
  {
    name: 'what errors of a subscription tell',
    async run({ api }) {
      const { pool } = api.database
      const query = 'subscription { graphChanged { node { subject { ... on Entity { media { totalCount } } } } } }'
      const add = (slug: string) =>
        `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash) VALUES ('${slug}', 'country', 'Told', 'PUBLISHED', repeat('0', 64))`
      const following = await followEvents<Told>(api.server.url, query)
      await new Promise((resolve) => setTimeout(resolve, 300))
      const told: string[] = []
      const messagesOf = ({ errors }: { errors?: object[] }) => JSON.stringify(errors?.map((error) => ({ ...error, locations: [] })))
      await pool.query('ALTER TABLE kb_entity_media RENAME TO kb_entity_media_gone')
      try {
        await pool.query(add('told-1'))
        told.push(messagesOf(await following.next()))
      } finally {
        await pool.query('ALTER TABLE kb_entity_media_gone RENAME TO kb_entity_media')
      }
      await pool.query(`BEGIN; ${add('told-2')}; ALTER TABLE kb_changes RENAME COLUMN state TO gone; COMMIT`)
      try {
        told.push(messagesOf(await following.next()))
        await following.ended
      } finally {
        await pool.query('ALTER TABLE kb_changes RENAME COLUMN gone TO state')
      }
      return told.map((text, at) => {
        const leak = /kb_|SELECT|relation|column|postgres|\.ts\b/i.exec(text)?.[0]
        const isRight = leak === undefined && text.includes('"code":"INTERNAL"') && text.includes('requestId')
        return verdict(at === 0 ? 'a broken table in an event' : 'a broken feed', isRight, leak ?? 'INTERNAL, a request id')
      })
    },
  },
  {
    name: 'more subscriptions than a client may have',
    async run({ api }) {
      const open: Following<Told>[] = []
      try {
        for (let at = 0; at < subscriptionLimits.ofOneClient; at++) open.push(await followEvents(api.server.url, subscription))
        const more = await followEvents<Told>(api.server.url, subscription)
        const answer = await more.next().catch(() => ({ errors: undefined }))
        const code = answer.errors?.[0]?.extensions.code ?? 'nothing'
        return [verdict(`subscription ${subscriptionLimits.ofOneClient + 1} of one client`, code === 'RATE_LIMITED', code)]
      } finally {
        for (const one of open) one.close()
        await Promise.all(open.map(({ ended }) => ended))
      }
    },
  },
  {
    name: 'drafts, by a subscription that outlives its session',
    async run({ api }) {
      const { pool } = api.database
      const token = 'x'.repeat(43)
      const own = { tokenHash: sha256Hex(token), name: 'leaving', role: 'EDITOR', seconds: 60 } as const
      await createSession(pool, own)
      const cookie = `${sessionCookie}=${token}`
      const open = await followEvents<Told>(api.server.url, subscription, {}, { cookie })
      await new Promise((resolve) => setTimeout(resolve, 300))
      await pool.query(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
        VALUES ('before-the-end', 'country', 'Draft', 'DRAFT', repeat('0', 64))`)
      await open.next(15_000)
      await fetch(`${api.server.url}/api/admin/session`, { method: 'DELETE', headers: { cookie } })
      await pool.query(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
        VALUES ('after-the-session', 'country', 'Draft', 'DRAFT', repeat('0', 64))`)
      const ended = await Promise.race([open.ended, new Promise((resolve) => setTimeout(resolve, 5000, 'open'))])
      open.close()
      await pool.query(`DELETE FROM kb_entities WHERE slug IN ('before-the-end', 'after-the-session')`)
      const isRight = ended === 'complete' && open.events.length === 1
      return [verdict('drafts told after the session', isRight, `${String(ended)}, ${open.events.length} events`)]
    },
  },
  {
    name: 'subscriptions of clients that leave before they begin',
    async run({ api }) {
      const body = JSON.stringify({ query: subscription })
      for (let at = 0; at < 30; at++) {
        const socket = await openSocket(api.server.url)
        socket.on('error', () => undefined)
        socket.write(postText(body, { accept: 'text/event-stream' }), () => socket.destroy())
      }
      // The last request is answered last, so all earlier ones have started.
      const last = await followEvents<Told>(api.server.url, subscription)
      await new Promise((resolve) => setTimeout(resolve, 300))
      last.close()
      await last.ended
      const left = await countOpen(api.server.url)
      return [verdict('subscriptions of clients that left at once', left === 0, `${left}`)]
    },
  },
  {
    name: 'subscriptions whose events nobody reads',
    async run({ api }) {
      const { pool } = api.database
      const first = 'subscription { graphChanged(after: "%") { node { patch } } }'
      const asked = await post(api, '{ changes(first: 100) { pageInfo { endCursor } } }')
      const { endCursor } = (JSON.parse(asked.text) as { data: { changes: { pageInfo: { endCursor: string } } } }).data.changes.pageInfo
      await pool.query(`INSERT INTO kb_entities (slug, kind_key, title, status, content_hash, attributes)
        SELECT 'unread-' || n, 'country', 'Unread', 'PUBLISHED', repeat('0', 64), jsonb_build_object('note', repeat('x', 3000000)) FROM generate_series(1, 4) n`)
      const sockets: Socket[] = []
      for (let at = 0; at < 16; at++) {
        const socket = await openSocket(api.server.url)
        socket.on('error', () => undefined).pause()
        socket.write(postText(JSON.stringify({ query: first.replace('%', endCursor) }), { accept: 'text/event-stream' }))
        sockets.push(socket)
      }
      const waiting = () => gauge(api.server.url, 'kb_event_streams_waiting_bytes')
      let most = 0
      for (let at = 0; at < 150 && (await gauge(api.server.url, 'kb_event_streams_cut_total')) < 4; at++) await new Promise((resolve) => setTimeout(resolve, 200))
      for (let at = 0; at < 100 && (most = await waiting()) > waitingLimits.bytes; at++) await new Promise((resolve) => setTimeout(resolve, 200))
      const cut = await gauge(api.server.url, 'kb_event_streams_cut_total')
      for (const socket of sockets) socket.destroy()
      const left = await countOpen(api.server.url)
      await pool.query(`DELETE FROM kb_entities WHERE slug LIKE 'unread-%'`)
      return [
        verdict('bytes that wait for clients that do not read', cut >= 4 && most <= waitingLimits.bytes, `${most}, ${cut} streams cut off`),
        verdict('subscriptions left after them', left === 0, `${left}`)]
    },
  },
  {
    name: '1,000 subscriptions, opened and left',
    async run({ api, isTimed }) {
      const rounds = isTimed ? 20 : 2
      const openMany = async () => {
        const some = await Promise.all(Array.from({ length: 50 }, () => followEvents(api.server.url, subscription)))
        for (const one of some) one.close()
        await Promise.all(some.map(({ ended }) => ended))
      }
      await openMany()
      globalThis.gc?.()
      const before = process.memoryUsage().heapUsed
      for (let round = 0; round < rounds; round++) await openMany()
      globalThis.gc?.()
      const grown = (process.memoryUsage().heapUsed - before) / 1e6
      await new Promise((resolve) => setTimeout(resolve, 300))
      const { rows } = await api.database.pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN kb_changes'`,
      )
      return [
        verdict('connections left after them', rows[0]!.n === 0, `${rows[0]!.n}`),
        ...(isTimed ? [verdict('megabytes left after them', grown < 20, grown.toFixed(1))] : []),
      ]
    },
  },
] // prettier-ignore
