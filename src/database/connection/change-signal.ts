import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import { createSignal, pause, poll, pollSignal, shareSignal, type SharedSignal } from '../../domain/signal.ts'
import type { DatabaseLog } from './database-log.ts'
import { withVerifiedTls } from './database-url.ts'
import { within } from './silence.ts'

export interface ChangeSignalOptions {
  readonly pool: pg.Pool
  /** A URL that LISTEN works on; null behind a pooler. */
  readonly directUrl: string | null
  /** Poll at this interval instead of listening, so that the database can sleep; null: listen if possible. */
  readonly pollMs: number | null
  readonly log: DatabaseLog
  /** How often to check that notifications arrive, and how long one may take. */
  readonly probe?: { readonly everyMs: number; readonly withinMs: number }
}

const defaultPollMs = 1000
const lookMs = 5000
const longestFarewellMs = 1000
const firstPauseMs = 100
/** Once the database is back, other processes' writes are seen within a second. */
const longestPauseMs = 500
const defaultProbe = { everyMs: 15_000, withinMs: 5000 }
/** After this long on polling, try notifications again. */
const pollForMs = 5 * 60_000

/**
 * Signals that any process changed the graph: by NOTIFY on a dedicated connection, or by polling the graph's
 * version where a pooler would swallow notifications. After a reconnect it signals once, since changes may
 * have been missed. It checks regularly that notifications arrive by notifying itself: an undeclared pooler
 * swallows them, and after a failover without a reset the connection stays open and silent.
 */
export function createChangeSignal(options: ChangeSignalOptions): SharedSignal {
  const { pool, directUrl, pollMs, log } = options
  const look = () => readVersion(pool)
  if (directUrl === null || pollMs !== null) return pollSignal(look, pollMs ?? defaultPollMs)
  return shareSignal(async (give, aborted) => {
    let isBroken = false
    let isSwallowed = false
    for (let wait = firstPauseMs; !aborted.aborted; wait = Math.min(wait * 2, longestPauseMs)) {
      try {
        await listen(directUrl, options, aborted, () => {
          wait = firstPauseMs
          isBroken = false
          give()
        })
      } catch (error) {
        if (error instanceof SwallowedError) {
          if (!isSwallowed) log.warn(error.message)
          isSwallowed = true
          await poll(look, defaultPollMs, give, AbortSignal.any([aborted, AbortSignal.timeout(pollForMs)]))
          continue
        }
        if (!isBroken && !aborted.aborted)
          log.warn(`Changes are not told at the moment: ${(error as Error).message}`)
        isBroken = true
      }
      await pause(wait, aborted)
    }
  })
}

class SwallowedError extends Error {
  override readonly name = 'SwallowedError'

  constructor() {
    super(
      'Notifications of the database do not arrive, as behind a pooler in transaction mode; changes are looked for every second. Set DIRECT_DATABASE_URL to an address without the pooler, or KB_CHANGE_POLL_MS to say how often to look.',
    )
  }
}

/** Throws SwallowedError where notifications never arrived, else another error when they stop. */
async function listen(
  url: string,
  { pool, probe = defaultProbe }: ChangeSignalOptions,
  aborted: AbortSignal,
  give: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: withVerifiedTls(url),
    application_name: `knowledge-backbone ${process.pid}`,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  })
  client.on('error', () => {}) // shows by 'end'
  const ended = new Promise<void>((resolve) => client.once('end', resolve))
  let stop = () => {}
  const stopped = new Promise<void>((resolve) => (stop = resolve))
  aborted.addEventListener('abort', stop)
  const own = `kb_probe_${randomUUID().replaceAll('-', '')}`
  const heard = createSignal()
  const begin = async () => {
    await client.connect()
    client.on('notification', ({ channel }) => (channel === own ? heard.give() : give()))
    for (const channel of [own, 'kb_changes'])
      await client.query({ text: `LISTEN ${channel}`, ...within(probe.withinMs) })
    isListening = true
    give()
    await Promise.race([ended, watch()])
  }
  const watch = async () => {
    for (let isProven = false; !aborted.aborted; isProven = true) {
      const seen = heard.count()
      await pool.query({ text: 'SELECT pg_notify($1, $2)', values: [own, ''], ...within(probe.withinMs) })
      await heard.passed(seen, probe.withinMs, aborted)
      if (heard.count() === seen && !aborted.aborted)
        throw isProven ? new Error('notifications no longer arrive on the connection') : new SwallowedError()
      await pause(probe.everyMs, aborted)
    }
  }
  let isListening = false
  try {
    await Promise.race([begin(), stopped])
    if (isListening)
      await Promise.race([client.end(), pause(longestFarewellMs, new AbortController().signal)])
  } finally {
    aborted.removeEventListener('abort', stop)
    // A connection that is still connecting, or whose peer is silent, may never report its end.
    ;(client as ClientOfConnection).connection.stream.destroy()
  }
}

type ClientOfConnection = pg.Client & { readonly connection: { readonly stream: Duplex } }

async function readVersion(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ version: string }>({
    text: 'SELECT version FROM kb_graph_version WHERE id = 1',
    ...within(lookMs),
  })
  return rows[0]?.version ?? null
}
