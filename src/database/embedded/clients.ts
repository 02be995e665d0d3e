import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A connection that need not keep the process alive; pg has both methods, its types do not. */
export type Keeper = pg.Client & { ref(): void; unref(): void }

export async function connectKeeper(clusterFolder: string, socket: string): Promise<Keeper | null> {
  const client = createClient(socket, `knowledge-backbone keeper ${process.pid}`)
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>(
      `SELECT current_setting('data_directory') AS folder`,
    )
    if (rows[0]?.folder === clusterFolder) return client
  } catch {
    // not started, starting up, or shutting down
  }
  await client.end().catch(() => {})
  return null
}

const observer = 'knowledge-backbone observer'

/** Retries, since this process's own sessions take a moment to vanish after closing. */
export async function hasOtherClients(socket: string): Promise<boolean> {
  const client = createClient(socket, observer)
  try {
    await client.connect()
    for (let attempt = 0; attempt < 50; attempt++) {
      const { rowCount } = await client.query(
        `SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> $1`,
        [observer],
      )
      if (rowCount === 0) return false
      await sleep(30)
    }
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

function createClient(socket: string, name: string): Keeper {
  const client = new pg.Client({
    ...{ host: socket, port: 5432, user: 'postgres', database: 'postgres', password: '' },
    application_name: name,
    connectionTimeoutMillis: 2000,
  })
  client.on('error', () => {}) // a lost connection shows by 'end'
  return client as Keeper
}
