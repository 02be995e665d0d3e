import type { PoolClient } from 'pg'
import { applyNextMigration, lockSchema } from '../../database/schema/apply-migrations.ts'
import { DatabaseSetupError } from '../../database/connection/database-setup-error.ts'
import {
  appendLedger,
  hasLedger,
  lastApplied,
  lockLedger,
  type NewLedgerEntry,
} from '../../database/operations/ledger.ts'
import { readMigrationFiles, type MigrationFile } from '../../database/schema/migration-files.ts'
import { isBreaking } from '../../database/schema/compatibility.ts'
import { historyProblems, readSchemaState, type SchemaState } from '../../database/schema/state.ts'
import { hashJson } from '../../domain/hash.ts'
import { toRfc3339 } from '../../domain/timestamp.ts'
import { OperationError } from '../run/error.ts'
import type { OperationResult } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import type { RunHandle } from '../run/record.ts'
import type { KnownMigration } from './verify-ledger.ts'
import { alreadyApplied } from './migration-report.ts'
import type { RunMigrationOptions } from './migration-request.ts'
import { inMigrationTransaction, type Ended, type TransactionOptions } from './migration-transaction.ts'
import { requireWholeLedger } from './require-ledger.ts'

export const kbSchemaName = 'kb-schema'
export const kbSchemaDescription =
  'Applies the pending schema migrations of this build (prisma/migrations), each in a transaction of its own.'

/** This build's schema migrations as one data migration, which runs whenever one is pending. */
export function describeSchemaMigration(files: MigrationFile[] = readMigrationFiles()): KnownMigration {
  return { name: kbSchemaName, checksum: hashFiles(files), isRepeatable: true }
}

export interface SchemaRun {
  readonly ctx: OpsContext
  readonly run: RunHandle
  readonly known: readonly KnownMigration[]
  readonly options: RunMigrationOptions
  readonly files?: MigrationFile[]
}

interface Attempt {
  readonly state: SchemaState
  /** The last migration applied by this attempt; null if none was pending. */
  readonly name: string | null
  readonly result: OperationResult | null
}

/**
 * Applies the pending schema migrations like `applySchemaMigrations`, also under the data-migration lock. The
 * ledger row joins the last migration's transaction, because the first ones create the ledger. A dry run uses
 * a single transaction and rolls it back.
 */
export async function runSchemaMigration(schemaRun: SchemaRun): Promise<OperationResult> {
  const { ctx, options } = schemaRun
  const files = schemaRun.files ?? readMigrationFiles()
  if (!options.apply) return tryAll(schemaRun, files)
  let before: SchemaState | null = null
  for (;;) {
    const { state, result }: Attempt = await inMigrationTransaction(
      ctx.pool,
      transactionOptions(schemaRun),
      (client) => attempt(client, schemaRun, files, before),
    )
    before ??= state
    if (result !== null) return result
    ctx.onProgress({
      label: 'Applied',
      rows: state.applied.length + 1,
      share: (state.applied.length + 1) / files.length,
    })
  }
}

function transactionOptions({ run, options }: SchemaRun): TransactionOptions {
  return {
    ...options,
    // The second migration must see what a concurrent first one committed.
    isolation: 'READ COMMITTED',
    runId: run.id,
    signal: run.signal,
    onStep: async (step) => options.onStep?.(step),
  }
}

async function attempt(
  client: PoolClient,
  schemaRun: SchemaRun,
  files: MigrationFile[],
  before: SchemaState | null,
): Promise<Ended<Attempt>> {
  const { known, options, run } = schemaRun
  const ledger = await requireWholeLedger(client, known)
  await options.onStep?.('ledger-verified')
  const state = await readState(client, files)
  const plan = before === null ? describePlan(files, state) : null
  if (plan !== null && state.pending.length > 0) requirePlan(options.planHash ?? null, plan)
  const former = lastApplied(ledger, kbSchemaName)
  if (state.pending.length === 0 && former?.payloadHash === hashFiles(files)) {
    const result =
      before === null
        ? alreadyApplied(former)
        : { ...describePlan(files, before), ledgerId: former.id, resultHash: former.resultHash }
    return { keep: false, result: { state, name: null, result } }
  }
  const name = await refusing(() => applyNextMigration(client, files))
  if (name !== null) run.info(`Applied ${name}`)
  if (state.pending.length > 1) return { keep: true, result: { state, name, result: null } }
  // The last one, or a history applied elsewhere that the ledger does not know yet.
  const written = describePlan(files, before ?? state)
  await lockLedger(client)
  const entry = await appendLedger(client, await toEntry(client, schemaRun, written, files))
  await options.onStep?.('ledger-written')
  const result = { ...written, resultHash: entry.resultHash, ledgerId: entry.id }
  return { keep: true, result: { state, name, result } }
}

async function tryAll(schemaRun: SchemaRun, files: MigrationFile[]): Promise<OperationResult> {
  const { ctx, known } = schemaRun
  const { result, note } = await inMigrationTransaction(
    ctx.pool,
    transactionOptions(schemaRun),
    async (client) => {
      const hadLedger = await hasLedger(client)
      const ledger = await requireWholeLedger(client, known)
      const state = await readState(client, files)
      const former = lastApplied(ledger, kbSchemaName)
      if (state.pending.length === 0 && former?.payloadHash === hashFiles(files)) {
        return { keep: false, result: { result: alreadyApplied(former), note: null } }
      }
      while ((await refusing(() => applyNextMigration(client, files))) !== null);
      const result = describePlan(files, state)
      const entry = await toEntry(client, schemaRun, result, files)
      return { keep: false, result: { result, note: hadLedger ? entry : null } }
    },
  )
  if (note === null) return result
  const id = await inMigrationTransaction(ctx.pool, transactionOptions(schemaRun), async (client) => {
    return { keep: true, result: (await appendLedger(client, note)).id }
  })
  return { ...result, ledgerId: id }
}

async function readState(client: PoolClient, files: MigrationFile[]): Promise<SchemaState> {
  await refusing(() => lockSchema(client, 10_000))
  const state = await readSchemaState(client, files)
  const problems = historyProblems(state)
  if (problems.length > 0) throw new OperationError('refused', 'precondition-failed', problems.join(' '))
  return state
}

async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DatabaseSetupError)) throw error
    const isBusy = error.cause === undefined
    throw new OperationError(
      isBusy ? 'busy' : 'failed',
      isBusy ? 'already-running' : 'failed',
      error.message,
      { cause: error },
    )
  }
}

function describePlan(files: MigrationFile[], state: SchemaState): OperationResult {
  const pending = files.filter(({ name }) => state.pending.includes(name))
  const count = (rows: number) => ({ _prisma_migrations: rows })
  return {
    counts: {
      before: count(state.applied.length),
      after: count(files.length),
      inserted: count(pending.length),
      updated: count(0),
      deleted: count(0),
      unchanged: count(state.applied.length),
    },
    payloadHash: hashFiles(files),
    planHash: hashJson({
      name: kbSchemaName,
      checksum: hashFiles(files),
      applied: state.applied,
      pending: state.pending,
    }),
    report: {
      migration: kbSchemaName,
      alreadyApplied: false,
      preconditions: [],
      schemaMigrations: pending.map(({ name, checksum, sql }) => ({ name, checksum, sql })),
      changes: [],
      changeTotals: { added: pending.length, changed: 0, removed: 0 },
      backup: null,
    },
    // If nothing is applied yet, no server of an older build is running.
    warnings: state.applied.length === 0 ? [] : pending.filter(isBreaking).map(warnOfBreak),
  }
}

function warnOfBreak({ name }: MigrationFile): string {
  return `The schema migration ${name} breaks older builds: once it is applied, their servers report \`not ready\`. Start servers of this build behind another address first, or accept the downtime.`
}

function requirePlan(given: string | null, plan: OperationResult): void {
  if (given === null || given === plan.planHash) return
  throw new OperationError(
    'refused',
    'plan-mismatch',
    `The plan has changed (${plan.planHash}): the pending schema migrations differ from the dry run. Nothing was written.`,
    { result: { ...plan, report: { ...plan.report, givenPlanHash: given } } },
  )
}

async function toEntry(
  client: PoolClient,
  { ctx, run, options }: SchemaRun,
  plan: OperationResult,
  files: MigrationFile[],
): Promise<NewLedgerEntry> {
  const { rows } = await client.query<{ now: string }>(`SELECT now() AT TIME ZONE 'UTC' || '+00' AS now`)
  const inserted = plan.counts?.inserted?.['_prisma_migrations'] ?? 0
  return {
    name: kbSchemaName,
    mode: options.apply ? 'APPLY' : 'DRY_RUN',
    checksum: hashFiles(files),
    payloadHash: hashFiles(files),
    planHash: plan.planHash ?? null,
    resultHash: options.apply ? hashFiles(files) : null,
    counts: { _prisma_migrations: { inserted, updated: 0, deleted: 0, unchanged: files.length - inserted } },
    actor: ctx.actor,
    reason: null,
    gitCommit: ctx.settings.gitCommit,
    startedAt: toRfc3339((rows[0] as { now: string }).now),
    runId: run.id,
  }
}

function hashFiles(files: readonly MigrationFile[]): string {
  return hashJson(files.map(({ name, checksum }) => [name, checksum]))
}
