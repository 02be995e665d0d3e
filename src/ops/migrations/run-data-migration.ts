import type { PoolClient } from 'pg'
import { hashTables } from '../../database/tables/hash-tables.ts'
import { setChangeAuthor } from '../../database/history/change-author.ts'
import {
  appendLedger,
  lockLedger,
  type LedgerEntry,
  type NewLedgerEntry,
} from '../../database/operations/ledger.ts'
import {
  compareTables,
  watchTables,
  type TableChanges,
  type TableWatch,
} from '../../database/tables/table-changes.ts'
import { hashJson } from '../../domain/hash.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { describeArtifact, type ArtifactReport } from '../backup/artifact.ts'
import { createBackup } from '../backup/create.ts'
import { OperationError } from '../run/error.ts'
import type { OperationResult } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import type { RunHandle } from '../run/record.ts'
import type { KnownMigration } from './verify-ledger.ts'
import { formerRun } from './former-run.ts'
import { alreadyApplied, changeReport, toCounts } from './migration-report.ts'
import type { MigrationDefinition, MigrationWork } from './migration-definition.ts'
import type { MigrationStep, RunMigrationOptions } from './migration-request.ts'
import { inMigrationTransaction, type Ended } from './migration-transaction.ts'
import { requireSchema, requireWholeLedger } from './require-ledger.ts'
import { requireAll, requiredMigrations } from './require-preconditions.ts'
import { finishWork, markTransaction } from './watch-transaction.ts'

export interface PreparedRun {
  readonly ctx: OpsContext
  readonly run: RunHandle
  readonly definition: MigrationDefinition
  readonly known: readonly KnownMigration[]
  readonly options: RunMigrationOptions
  readonly parameters: Readonly<Record<string, string>>
}

interface Outcome {
  readonly result: OperationResult
  readonly note: NewLedgerEntry | null
}

/** Runs a data migration and its ledger row in one transaction. A dry run rolls back, then writes its row. */
export async function runDataMigration(prepared: PreparedRun): Promise<OperationResult> {
  const { ctx, run, options } = prepared
  const { result, note } = await inMigrationTransaction(
    ctx.pool,
    { ...options, runId: run.id, signal: run.signal, onStep: (step) => reach(prepared, step) },
    (client) => attempt(client, prepared),
  )
  if (note === null) return result
  const entry = await withTransaction(ctx.pool, 'READ COMMITTED', async (client) => {
    await client.query(`SELECT set_config('lock_timeout', '30s', true)`)
    await lockLedger(client)
    return appendLedger(client, note)
  })
  await reach(prepared, 'dry-run-noted')
  return { ...result, ledgerId: entry.id }
}

async function reach({ options, run }: PreparedRun, step: MigrationStep): Promise<void> {
  run.info(`Reached: ${step}`)
  await options.onStep?.(step)
}

async function attempt(client: PoolClient, prepared: PreparedRun): Promise<Ended<Outcome>> {
  const { definition, options, known } = prepared
  const mark = await markTransaction(client)
  const ledger = await requireWholeLedger(client, known)
  await requireSchema(client)
  await reach(prepared, 'ledger-verified')
  const former = options.force === true ? null : formerRun(ledger, definition)
  if (former !== null && !definition.isRepeatable) return asBefore(former, options)

  const work = start(client, prepared)
  const { payloadHash, source } = await work.read()
  await reach(prepared, 'source-read')
  if (former !== null && former.payloadHash === payloadHash) return asBefore(former, options)
  const preconditions = [...requiredMigrations(definition, ledger), ...(await work.check())]
  await reach(prepared, 'preconditions-checked')
  requireAll(preconditions, payloadHash)

  const backup = await backUp(client, prepared)
  const watch = await watchTables(client, definition.writes)
  await reach(prepared, 'before-hashed')
  await reach(prepared, 'work-begun')
  await setChangeAuthor(client, { actor: prepared.ctx.actor })
  const { findings, warnings = [], report } = await work.up()
  await finishWork(client, mark, definition.writes)
  await reach(prepared, 'work-done')
  const changes = await compareTables(client, watch)
  await reach(prepared, 'compared')
  const planHash = hashPlan(prepared, payloadHash, watch, changes)
  const result: OperationResult = {
    counts: toCounts(watch, changes),
    payloadHash,
    planHash,
    findings,
    warnings: [...(options.force === true ? [`Forced run: ${options.reason}`] : []), ...warnings],
    report: {
      ...(await changeReport(prepared.ctx.pool, client, watch, changes)),
      migration: definition.name,
      alreadyApplied: false,
      preconditions,
      source,
      parameters: prepared.parameters,
      backup,
      ...report,
    },
  }
  requirePlan(options.planHash ?? null, result)
  await reach(prepared, 'planned')
  const entry = toEntry(prepared, result, changes, mark.startedAt)
  if (!options.apply) return { keep: false, result: { result, note: entry } }
  const resultHash = hashJson(await hashTables(client, definition.writes))
  await reach(prepared, 'result-hashed')
  const written = await appendLedger(client, { ...entry, resultHash })
  await reach(prepared, 'ledger-written')
  return { keep: true, result: { result: { ...result, resultHash, ledgerId: written.id }, note: null } }
}

/** Runs before the first write. It reads committed data, so it captures the tables as they were. */
async function backUp(
  client: PoolClient,
  { ctx, run, options }: PreparedRun,
): Promise<ArtifactReport | null> {
  if (!options.apply || options.backupFirst !== true) return null
  // The transaction waits for the backup, however long it takes.
  await client.query(`SELECT set_config('idle_in_transaction_session_timeout', '0', true)`)
  const artifact = describeArtifact(await createBackup({ ...ctx, signal: run.signal }))
  run.info(`Backed up as ${artifact.id}`, { directory: artifact.directory })
  ctx.log.info(`Backed up to ${artifact.directory}.`)
  return artifact
}

function asBefore(former: LedgerEntry, { planHash }: RunMigrationOptions): Ended<Outcome> {
  return { keep: false, result: { result: alreadyApplied(former, planHash ?? null), note: null } }
}

function start(
  client: PoolClient,
  { ctx, run, definition, options, parameters }: PreparedRun,
): MigrationWork {
  return definition.start({
    client,
    storage: ctx.storage,
    parameters,
    signal: run.signal,
    progress: ctx.onProgress,
    log: (message) => run.info(message),
    isForced: options.force === true,
    reason: options.reason ?? null,
    actor: ctx.actor,
  })
}

function hashPlan(
  { definition, parameters }: PreparedRun,
  payloadHash: string | null,
  { beforeHash }: TableWatch,
  { changesHash }: TableChanges,
): string {
  const { name, checksum } = definition
  return hashJson({ name, checksum, parameters: { ...parameters }, payloadHash, beforeHash, changesHash })
}

function requirePlan(given: string | null, result: OperationResult): void {
  if (given === null || given === result.planHash) return
  throw new OperationError(
    'refused',
    'plan-mismatch',
    `The plan has changed (${result.planHash}): the source, the target or the migration changed since the dry run. Nothing was written. Review the counts of this run, then apply its plan.`,
    { result: { ...result, report: { ...result.report, givenPlanHash: given } } },
  )
}

function toEntry(
  { ctx, run, definition, options }: PreparedRun,
  result: OperationResult,
  { counts }: TableChanges,
  startedAt: string,
): NewLedgerEntry {
  return {
    name: definition.name,
    mode: options.apply ? 'APPLY' : 'DRY_RUN',
    checksum: definition.checksum,
    payloadHash: result.payloadHash ?? null,
    planHash: result.planHash ?? null,
    resultHash: null,
    counts: Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, { ...count }])),
    actor: ctx.actor,
    reason: options.reason ?? null,
    gitCommit: ctx.settings.gitCommit,
    startedAt,
    runId: run.id,
  }
}
