import pg from 'pg'
import type { DatabaseLog } from './database-log.ts'
import { isPooled, withVerifiedTls } from './database-url.ts'
import { prepareSession } from './session-settings.ts'
import { watchQueries, type QueryWatcher } from './query-watch.ts'
import { allowSilence, endWhenSilent, endWithoutAnswer, suspectIdleOnes } from './silence.ts'
import { forgetNames } from './pooler.ts'

export interface PoolOptions {
  log: DatabaseLog
  max?: number
  /** Statement timeout in milliseconds; 30,000 by default, 0 for none. */
  statementTimeout?: number
  watchers?: readonly QueryWatcher[]
}

/** Extra time for a response beyond the statement timeout. */
const slackMs = 5000

/**
 * A pool with bounded waits that survives lost connections. Sessions use the settings of {@link
 * prepareSession}, whatever the role and database set. Poolers reject `statement_timeout` at session start
 * and may reassign sessions, so behind one the driver times out itself and statements are unnamed. A
 * connection that owes a response for longer, as after a failover without a reset, is closed; where
 * statements have no limit, only TCP keepalive detects it.
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
    // Idle connections close before their silence would count.
    idleTimeoutMillis: Math.min(30_000, silenceMs === null ? Infinity : silenceMs - 1000),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // pg awaits this, though its types do not say so.
    onConnect: (client) => prepareSession(client, url, isPooler) as unknown as void,
    ...(isPooler ? { query_timeout: timeout } : { statement_timeout: timeout }),
  })
  // Without these handlers a lost connection ends the process: idle clients report to the pool, checked-out
  // ones to themselves.
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
