import { applySchemaMigrations } from '../database/apply-schema-migrations.ts'
import { openDatabase } from '../database/open-database.ts'
import type { DatabaseLog } from '../database/database-log.ts'
import type { Settings } from '../config.ts'

/** What a deployment of the schema did; JSON-safe. */
export interface SchemaDeployment {
  /** Names of the schema migrations applied now, in their order; empty if nothing was pending. */
  readonly applied: readonly string[]
}

/**
 * Apply the pending schema migrations to the database of the settings, over its direct address. Needs no development
 * dependency, so an image can do it. Again without pending ones it does nothing.
 *
 * @throws SettingsError for a pooler without DIRECT_DATABASE_URL
 * @throws DatabaseSetupError where the history cannot be built upon or a migration fails; that one is rolled back
 */
export async function deploySchema(settings: Settings, log: DatabaseLog): Promise<SchemaDeployment> {
  const database = await openDatabase(settings, { log, direct: true, max: 1 })
  try {
    return { applied: await applySchemaMigrations(database.pool) }
  } finally {
    await database.stop()
  }
}
