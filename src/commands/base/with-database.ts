import type { Pool } from 'pg'
import { ensureSchema } from '../../database/schema/ensure.ts'
import { openDatabase, type Database } from '../../database/connection/open-database.ts'
import type { Log } from '../../log.ts'
import type { CommandContext } from './context.ts'

/** Lends the database of the settings, whatever its schema, to a command that is no operation. */
export function withDatabase(
  context: CommandContext,
  work: (pool: Pool) => Promise<number>,
): Promise<number> {
  return lend(context, (database) => work(database.pool))
}

/** As {@link withDatabase}, with the schema of this build; an embedded database is brought up to it. */
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
