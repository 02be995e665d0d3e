import pg from 'pg'
import { startEmbeddedServer, type EmbeddedServer, type EmbeddedServerOptions } from './server.ts'

export const embeddedDatabaseName = 'knowledge_backbone'

export interface EmbeddedDatabase extends Omit<EmbeddedServer, 'url'> {
  url: string
}

/** Starts or adopts a data folder's embedded PostgreSQL and creates its database if missing. */
export async function startEmbeddedDatabase(options: EmbeddedServerOptions): Promise<EmbeddedDatabase> {
  const server = await startEmbeddedServer(options)
  try {
    await createIfMissing(server.url('postgres'), embeddedDatabaseName)
  } catch (error) {
    await server.stop()
    throw error
  }
  return { ...server, url: server.url(embeddedDatabaseName) }
}

async function createIfMissing(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  } catch (error) {
    // 42P04, 23505: another process created it between the two statements.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end()
  }
}
