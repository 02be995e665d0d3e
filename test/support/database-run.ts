import { mkdtempSync, chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { silentLog } from './silent-log.ts'
import { withDatabaseName } from './database-name.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which databases may be made, and the migrated one to copy them from. */
    testServer: { adminUrl: string; template: string }
  }
}

/**
 * Vitest's global set-up: one server for the whole run (TEST_DATABASE_URL, any PostgreSQL from 15 on where databases
 * may be made; else an embedded one of its own) with one migrated template. What it returns clears everything away.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await import('../../scripts/generate-client.mjs') // where an install did not run its scripts
  const server = await startServer(process.env['TEST_DATABASE_URL'] || null)
  const template = `kb_test_${process.pid}_${Date.now().toString(36)}`
  const clearUp = async () => {
    await withAdmin(server.adminUrl, (client) => dropDatabases(client, template)).catch(() => {})
    await server.stop()
  }
  try {
    await withAdmin(server.adminUrl, (client) =>
      client.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`),
    )
    const pool = createPool(withDatabaseName(server.adminUrl, template), { log: silentLog })
    await applySchemaMigrations(pool)
    await pool.end()
  } catch (error) {
    await clearUp()
    throw error
  }
  project.provide('testServer', { adminUrl: server.adminUrl, template })
  return clearUp
}

async function startServer(given: string | null): Promise<{ adminUrl: string; stop(): Promise<unknown> }> {
  if (given !== null) return { adminUrl: given, stop: () => Promise.resolve() }
  const dataDir = mkdtempSync(join(tmpdir(), 'kb-test-'))
  chmodSync(dataDir, 0o755)
  const flags = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200']
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  const embedded = await startEmbeddedServer({ dataDir, log: silentLog, flags }).catch((error: unknown) => {
    remove()
    throw error
  })
  const stop = async () => {
    await embedded.stop()
    remove()
  }
  return { adminUrl: embedded.url('postgres'), stop }
}

async function withAdmin(url: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** The template and whatever a test file that failed has left of its copies. */
async function dropDatabases(client: pg.Client, template: string): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [template],
  )
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
}
