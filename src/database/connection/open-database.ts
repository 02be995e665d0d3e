import type { QueryWatcher } from './query-watch.ts'
import type { Pool } from 'pg'
import { createPool } from './create-pool.ts'
import { directUrl, type DatabaseAddresses } from './database-url.ts'
import { startEmbeddedDatabase } from '../embedded/database.ts'
import type { DatabaseLog } from './database-log.ts'

export interface Database {
  /** Over a Unix socket when embedded. May contain a password. */
  url: string
  pool: Pool
  isEmbedded: boolean
  stop(): Promise<void>
}

export interface OpenDatabaseOptions {
  log: DatabaseLog
  /** For what a pooler breaks (migrations, LISTEN, backups): use DIRECT_DATABASE_URL. */
  direct?: boolean
  max?: number
  statementTimeout?: number
  watchers?: readonly QueryWatcher[]
}

/**
 * Opens the configured database: DATABASE_URL, else the embedded one under `dataDir`, which is started. A
 * database by URL is connected to lazily; see `ensureSchema`.
 * @throws {SettingsError} where there is no embedded PostgreSQL, or `direct` has only a pooled URL
 * @throws {DatabaseSetupError} when the embedded PostgreSQL does not start
 */
export async function openDatabase(
  settings: DatabaseAddresses & { readonly dataDir: string },
  { log, direct = false, ...limits }: OpenDatabaseOptions,
): Promise<Database> {
  const url = direct ? directUrl(settings) : settings.databaseUrl
  if (url !== null) {
    const pool = createPool(url, { log, ...limits })
    return { url, pool, isEmbedded: false, stop: once(() => pool.end()) }
  }
  const embedded = await startEmbeddedDatabase({ dataDir: settings.dataDir, log })
  const pool = createPool(embedded.url, { log, ...limits })
  const stop = once(async () => {
    await pool.end()
    await embedded.stop()
  })
  return { url: embedded.url, pool, isEmbedded: true, stop }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => (running ??= run())
}
