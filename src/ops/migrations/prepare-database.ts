import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../../config.ts'
import { DatabaseUnreachableError } from '../../database/connection/database-setup-error.ts'
import { ensureSchema } from '../../database/schema/ensure.ts'
import type { Database } from '../../database/connection/open-database.ts'
import type { Log } from '../../log.ts'
import { writeRefusalOf } from '../../database/connection/write-refusal.ts'
import { loadSample } from '../load/load-sample.ts'
import { sweepDeadRuns } from '../run/sweep-dead-runs.ts'

const retryMs = 2000

/**
 * Makes the database ready to serve.
 * @returns why it is unreachable, in which case a cached graph may serve for now; null if ready
 * @throws DatabaseSetupError if it is unusable
 */
export async function prepareDatabase(
  settings: Settings,
  database: Database,
  log: Log,
): Promise<DatabaseUnreachableError | null> {
  try {
    await ensureSchema(database, { log })
  } catch (error) {
    if (error instanceof DatabaseUnreachableError && settings.snapshotMaxMb > 0) return error
    throw error
  }
  if (database.isEmbedded && settings.sample !== 'none')
    await loadSample({ pool: database.pool, dataDir: settings.dataDir, log })
  // A standby or a read-only role can still serve the public.
  await sweepDeadRuns(database.pool).catch((error: unknown) => {
    const refusal = writeRefusalOf(error)
    if (refusal === null) throw error
    log.warn(refusal.message)
  })
  return null
}

/**
 * Retries until a database that was down at startup is back. An error that would have stopped the startup is
 * logged once and `/readyz` fails; public reads continue.
 */
export async function prepareOnceReachable(
  settings: Settings,
  database: Database,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  let told = ''
  while (!signal.aborted)
    try {
      await sleep(retryMs, undefined, { signal })
      if ((await prepareDatabase(settings, database, log)) !== null) continue
      log.info('The database, unreachable at startup, is back and has the schema of this build.')
      return
    } catch (error) {
      const { message } = error as Error
      if (!signal.aborted && message !== told) log.error(message)
      told = message
    }
}
