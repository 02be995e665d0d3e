import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { createPool } from '../../../src/database/connection/create-pool.ts'
import { startEmbeddedServer } from '../../../src/database/embedded/server.ts'
import { loadSettings } from '../../../src/config.ts'
import { runMigration } from '../../../src/ops/migrations/run-migration.ts'
import { openStorage } from '../../../src/storage/open-storage.ts'
import { withDatabaseName } from '../../support/database-name.ts'
import { silentLog } from '../../support/silent-log.ts'
import type { FaultServer } from './fault-database.ts'

/** A PostgreSQL of its own, with fsync, and a migrated template on it; `stop` removes all of it. */
export async function startFaultServer(): Promise<FaultServer & { stop(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'kb-fault-'))
  chmodSync(dataDir, 0o755)
  const embedded = await startEmbeddedServer({ dataDir, log: silentLog, flags: ['max_connections=200'] })
  const adminUrl = embedded.url('postgres')
  const stop = async () => {
    await embedded.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const template = 'kb_fault'
  try {
    const admin = new pg.Client({ connectionString: adminUrl })
    await admin.connect()
    await admin.query(`CREATE DATABASE ${template} TEMPLATE template0 ENCODING 'UTF8'`)
    await admin.end()
    await applySchema(withDatabaseName(adminUrl, template))
    return { adminUrl, template, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function applySchema(url: string): Promise<void> {
  const settings = loadSettings({ DATABASE_URL: url })
  const pool = createPool(url, { log: silentLog })
  const ctx = {
    pool,
    settings,
    storage: openStorage(settings, pool),
    log: silentLog,
    actor: 'fault',
    now: () => new Date(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  }
  const { status } = await runMigration(ctx, { name: 'kb-schema', apply: true })
  await pool.end()
  if (status !== 'succeeded') throw new Error('the schema could not be applied')
}
