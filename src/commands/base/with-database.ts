import type { Pool } from 'pg'
import { ensureSchema } from '../../database/schema/ensure.ts'
import { openDatabase, type Database } from '../../database/connection/open-database.ts'
import type { Log } from '../../log.ts'
import type { CommandContext } from './context.ts'

/** Opens the configured database, whatever its schema, for a command that is not an operation. */
export function withDatabase(
  context: CommandContext,
  work: (pool: Pool) => Promise<number>,
): Promise<number> {
  return lend(context, (database) => work(database.pool))
}

/** Like {@link withDatabase}, but requires this build's schema; an embedded database is migrated. */
export function withCurrentSchema(
  context: CommandContext,
  work: (pool: Pool) => Promise<number>,
): Promise<number> {
  return lend(context, async (database, log) => {
    await ensureSchema(database, { log })
    return work(database.pool)
  })
}

async function lend(
  context: CommandContext,
  work: (database: Database, log: Log) => Promise<number>,
): Promise<number> {
  const settings = context.loadSettings()
  const log = context.createLog(settings)
  const database = await openDatabase(settings, { log, direct: true, max: 2 })
  try {
    return await work(database, log)
  } finally {
    await database.stop()
  }
}
