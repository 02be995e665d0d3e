import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { DatabaseSetupError } from '../connection/database-setup-error.ts'
import { readMigrationFiles, type MigrationFile } from './migration-files.ts'
import { historyProblems, readSchemaState } from './state.ts'
import { withTransaction } from '../connection/transaction.ts'
import { writeRefusalOf } from '../connection/write-refusal.ts'

/** Prisma Migrate's own lock number, so that its CLI and this code exclude each other. */
const lockNumber = 72_707_369

const ledgerTable = `
  CREATE TABLE IF NOT EXISTS public._prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`

export interface ApplyOptions {
  files?: MigrationFile[]
  lockTimeout?: number
}

/**
 * Applies pending schema migrations and records them as Prisma Migrate does. Each migration commits together
 * with its history row.
 * @returns the names of those applied
 * @throws {DatabaseSetupError} when the history is unusable, a migration fails, or the lock is not available;
 * earlier migrations stay
 */
export async function applySchemaMigrations(pool: Pool, options: ApplyOptions = {}): Promise<string[]> {
  const files = options.files ?? readMigrationFiles()
  const applied: string[] = []
  for (;;) {
    const name = await withTransaction(pool, 'READ COMMITTED', async (client) => {
      await client.query('SET LOCAL statement_timeout = 0')
      await lockSchema(client, options.lockTimeout ?? 30_000)
      return applyNextMigration(client, files)
    })
    if (name === null) return applied
    applied.push(name)
  }
}

/** Polls for a transaction lock: poolers break session locks, and a plain wait would be unbounded. */
export async function lockSchema(client: PoolClient, timeout: number): Promise<void> {
  const deadline = Date.now() + timeout
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS locked',
      [lockNumber],
    )
    if (rows[0]?.locked === true) return
    if (Date.now() > deadline) {
      throw new DatabaseSetupError(
        `Another process has been migrating this database for ${timeout / 1000} seconds. Wait for it to end and start again.`,
      )
    }
    await sleep(100)
  }
}

/**
 * Applies the first pending migration and records it; the caller holds {@link lockSchema}.
 * @returns its name; null if none is pending
 * @throws {DatabaseSetupError} when the history is unusable or the migration fails
 */
export async function applyNextMigration(client: PoolClient, files: MigrationFile[]): Promise<string | null> {
  const state = await readSchemaState(client, files)
  const problems = historyProblems(state)
  if (problems.length > 0) throw new DatabaseSetupError(problems.join('\n'))
  const next = files.find((file) => state.pending.includes(file.name))
  if (next === undefined) return null
  await client.query(ledgerTable)
  try {
    await client.query(next.sql)
  } catch (error) {
    const { message, code, hint } = error as { message: string; code?: string; hint?: string }
    throw new DatabaseSetupError(
      `The schema migration ${next.name} failed and left nothing behind: ${message} (${code ?? 'no code'}).` +
        [hint, writeRefusalOf(error)?.message].map((more) => (more === undefined ? '' : ` ${more}`)).join(''),
      error,
    )
  }
  await client.query(
    `INSERT INTO public._prisma_migrations
       (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), next.checksum, next.name],
  )
  return next.name
}
