import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { applySchemaMigrations } from '../../src/database/schema/apply-migrations.ts'
import { createPool } from '../../src/database/connection/create-pool.ts'
import { startEmbeddedServer } from '../../src/database/embedded/server.ts'
import { withDatabaseName } from './database-name.ts'
import { silentLog } from './silent-log.ts'

/** A PostgreSQL and a folder of one program's own, for suites that are run by hand. */
export interface OwnServer {
  readonly folder: string
  /** A new database with the whole schema and no rows. */
  createDatabase(name: string): Promise<{ url: string; pool: Pool }>
  /** Sends the server a signal: SIGQUIT is what `pg_ctl -m immediate` sends. It is started again by itself. */
  signal(name: NodeJS.Signals): void
  /** … and all of its processes. */
  signalAll(name: 'SIGSTOP' | 'SIGCONT'): void
  /** Ends the server and removes everything. */
  stop(): Promise<void>
}

/** @param flags settings of the server; with fsync by default, since times are told of it */
export async function startOwnServer(flags: string[] = []): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), 'kb-own-'))
  chmodSync(folder, 0o755)
  const server = await startEmbeddedServer({ dataDir: join(folder, 'data'), log: silentLog, flags })
  const pools: Pool[] = []
  const admin = createPool(server.url('postgres'), { log: silentLog })
  return {
    folder,
    async createDatabase(name) {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
      const url = withDatabaseName(server.url('postgres'), name)
      const pool = createPool(url, { log: silentLog, statementTimeout: 0 })
      pools.push(pool)
      await applySchemaMigrations(pool)
      return { url, pool }
    },
    signal: (name) => void process.kill(server.pid(), name),
    signalAll(name) {
      for (const pid of [server.pid(), ...childrenOf(server.pid())]) process.kill(pid, name)
    },
    async stop() {
      for (const pool of [...pools, admin]) await pool.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
}
