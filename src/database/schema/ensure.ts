import { applySchemaMigrations } from './apply-migrations.ts'
import { DatabaseSetupError, DatabaseUnreachableError } from '../connection/database-setup-error.ts'
import { describeUrl } from '../connection/database-url.ts'
import type { DatabaseLog } from '../connection/database-log.ts'
import type { Database } from '../connection/open-database.ts'
import { poolerAdvice } from '../connection/pooler.ts'
import { historyProblems, readSchemaState, type SchemaState } from './state.ts'

/**
 * Ensures that the schema is this build's or a compatible newer one. Applies pending migrations to the
 * embedded database; never writes to a database by URL, but names the pending ones.
 * @throws {DatabaseSetupError} naming the fault and the next step; DatabaseUnreachableError where nothing
 * responds
 */
export async function ensureSchema(database: Database, { log }: { log: DatabaseLog }): Promise<void> {
  await requireUsableServer(database)
  const state = await readSchemaState(database.pool)
  if (canGoOn(state)) return
  if (database.isEmbedded) {
    const applied = await applySchemaMigrations(database.pool)
    if (applied.length > 0) log.info(`Applied the schema migrations ${applied.join(', ')}.`)
    // A local database is marked automatically; production use of the embedded one is marked explicitly.
    await database.pool.query(
      `INSERT INTO admin_environment (id, name, marked_by) VALUES (1, 'development', 'embedded') ON CONFLICT DO NOTHING`,
    )
    return
  }
  const problems = historyProblems(state)
  if (state.pending.length > 0) {
    problems.push(
      `The database ${describeUrl(database.url)} lacks the schema migrations ${state.pending.join(', ')}. ` +
        'Nothing was written to it. Apply them with `npm run migrate:kb-schema:apply`.',
    )
  }
  if (problems.length > 0) throw new DatabaseSetupError(problems.join('\n'), undefined, 3)
}

/** The newer build has also applied everything that this one has. */
function canGoOn({ pending, failed, edited, unknown, compatible }: SchemaState): boolean {
  const wrong = pending.length + failed.length + edited.length + (unknown.length - compatible.length)
  return wrong === 0 && compatible.length > 0
}

async function requireUsableServer({ pool, url }: Database): Promise<void> {
  try {
    await pool.query('SELECT')
  } catch (error) {
    if (error instanceof DatabaseSetupError) throw error
    throw new DatabaseUnreachableError(
      `The database ${describeUrl(url)} cannot be reached: ${reason(error)}. ${poolerAdvice(error) ?? 'Check DATABASE_URL and that it is up.'}`,
      error,
    )
  }
}

/** An AggregateError of failed connections has no message of its own. */
function reason(error: unknown): string {
  const { message, errors } = error as { message: string; errors?: { message: string }[] }
  return (message || errors?.map((each) => each.message).join(', ')) ?? 'no answer'
}
