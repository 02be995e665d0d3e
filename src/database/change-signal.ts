import type { Duplex } from 'node:stream'
import pg from 'pg'
import { pause, pollSignal, shareSignal, type SharedSignal } from '../domain/signal.ts'
import type { DatabaseLog } from './database-log.ts'
import { withVerifiedTls } from './database-url.ts'

export interface ChangeSignalOptions {
  readonly pool: pg.Pool
  /** An address that LISTEN works on; null behind a pooler. */
  readonly directUrl: string | null
  /** Ask the database this often instead of listening, which lets it sleep; null: listen if that is possible. */
  readonly pollMs: number | null
  readonly log: DatabaseLog
}

const defaultPollMs = 1000
const firstPauseMs = 100
/** Whoever writes through another process once the database is back is seen within a second. */
const longestPauseMs = 500

/**
 * Tells that the graph has changed, whichever process changed it: by NOTIFY on a connection of its own, or by asking for
 * the graph's version where a pooler would swallow notifications. While the connection is broken nothing is told; when it
 * is there again, the signal is given once, since something may have changed meanwhile.
 */
export function createChangeSignal({ pool, directUrl, pollMs, log }: ChangeSignalOptions): SharedSignal {
  if (directUrl === null || pollMs !== null)
    return pollSignal(() => readVersion(pool), pollMs ?? defaultPollMs)
  return shareSignal(async (give, aborted) => {
    let isBroken = false
    for (let wait = firstPauseMs; !aborted.aborted; wait = Math.min(wait * 2, longestPauseMs)) {
      await listen(directUrl, aborted, () => {
        wait = firstPauseMs
        isBroken = false
        give()
      }).catch((error: Error) => {
        if (!isBroken && !aborted.aborted) log.warn(`Changes are not told at the moment: ${error.message}`)
        isBroken = true
      })
      await pause(wait, aborted)
    }
  })
}

/** Listens until the connection ends, or is ended. */
async function listen(url: string, aborted: AbortSignal, give: () => void): Promise<void> {
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
  const begin = async () => {
    await client.connect()
    client.on('notification', give)
    await client.query('LISTEN kb_changes')
    isListening = true
    give()
    await ended
  }
  let isListening = false
  try {
    await Promise.race([begin(), stopped])
  } finally {
    aborted.removeEventListener('abort', stop)
    // A connection that is still being made does not always tell of its end.
    if (isListening) await client.end().catch(() => {})
    else (client as ClientOfConnection).connection.stream.destroy()
  }
}

/** What the type declarations leave out. */
type ClientOfConnection = pg.Client & { readonly connection: { readonly stream: Duplex } }

async function readVersion(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query<{ version: string }>('SELECT version FROM kb_graph_version WHERE id = 1')
  return rows[0]?.version ?? null
}
