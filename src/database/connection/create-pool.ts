import pg from 'pg'
import type { DatabaseLog } from './database-log.ts'
import { isPooled, withVerifiedTls } from './database-url.ts'
import { prepareSession } from './session-settings.ts'
import { watchQueries, type QueryWatcher } from './query-watch.ts'
import { allowSilence, endWhenSilent, endWithoutAnswer, suspectIdleOnes } from './silence.ts'
import { forgetNames } from './pooler.ts'

export interface PoolOptions {
  log: DatabaseLog
  /** Connections at most; 10 by default. */
  max?: number
  /** Milliseconds after which a statement is ended; 30,000 by default, 0 for never. */
  statementTimeout?: number
  /** Told of every statement. */
  watchers?: readonly QueryWatcher[]
}

/** How much longer than a statement may take its answer may be under way. */
const slackMs = 5000

/**
 * A pool whose waits are bounded and that survives the loss of its connections. Whatever the role and the database set, its
 * sessions are those of {@link prepareSession}.
 *
 * A pooler refuses `statement_timeout` at the start of a session and may hand a session on, so there the driver gives
 * up by itself after the same time, and no statement is named. A connection that owes an answer for longer, as after a failover without a reset, is ended
 * by this side; where statements have no limit, only TCP's keepalive tells.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const { watchers = [] } = options
  const timeout = options.statementTimeout ?? 30_000
  const silenceMs = timeout === 0 ? null : timeout + slackMs
  const isPooler = isPooled(url)
  const pool = new pg.Pool({
    connectionString: withVerifiedTls(url),
    application_name: `knowledge-backbone ${process.pid}`,
    max: options.max ?? 10,
    connectionTimeoutMillis: 5000,
    // Before its silence would count.
    idleTimeoutMillis: Math.min(30_000, silenceMs === null ? Infinity : silenceMs - 1000),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // Waited for, which the type declarations do not know.
    onConnect: (client) => prepareSession(client, url, isPooler) as unknown as void,
    ...(isPooler ? { query_timeout: timeout } : { statement_timeout: timeout }),
  })
  // Without these two a lost connection ends the process: idle ones report to the pool, lent ones to themselves.
  pool.on('error', (error) => options.log.warn(`A database connection was lost: ${error.message}`))
  pool.on('connect', (client) => {
    client.on('error', () => {}) // its query fails, or the next one does
    if (silenceMs !== null) endWhenSilent(client, silenceMs)
    if (isPooler) forgetNames(client)
    if (watchers.length > 0) watchQueries(client, watchers)
  })
  suspectIdleOnes(pool)
  endWithoutAnswer(pool)
  if (silenceMs !== null) pool.on('acquire', (client) => allowSilence(client, silenceMs))
  return pool
}
