import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { readIdentity } from '../../database/connection/database-identity.ts'
import {
  beatRun,
  finishRun,
  startRun,
  type OperationKind,
  type RunLine,
} from '../../database/operations/runs.ts'
import { DatabaseSetupError } from '../../database/connection/database-setup-error.ts'
import { runOwner } from '../../database/operations/run-owner.ts'
import { writeRefusalOf } from '../../database/connection/write-refusal.ts'
import type { JsonObject } from '../../domain/json/value.ts'
import { SettingsError } from '../../errors.ts'
import { OperationError } from './error.ts'
import type { OperationResult, OperationSummary, OperationTarget } from './summary.ts'
import type { OpsContext, OptionalDatabase } from './context.ts'

export interface RunHead {
  readonly kind: OperationKind
  /** The verb: `migration`, `parity`, `drift` … */
  readonly operation: string
  readonly name: string
  readonly mode: OperationSummary['mode']
  readonly parameters?: JsonObject
}

export interface RunHandle {
  /** Row of `admin_runs`, written before the work begins. */
  readonly id: string
  /** Aborted with the context's signal or when this run is cancelled. */
  readonly signal: AbortSignal
  info(message: string, fields?: JsonObject): void
  warn(message: string, fields?: JsonObject): void
}

export type RecordContext = OptionalDatabase<
  Pick<OpsContext, 'pool' | 'settings' | 'log' | 'actor' | 'now' | 'signal' | 'onRunStarted' | 'audit'>
>

/** SQLSTATE of a missing table. */
const undefinedTable = '42P01'
const heartbeatMs = 5000
const keptLines = 1000

/**
 * Records an operation in `admin_runs`, with a heartbeat while it runs and a link in the hash chain when it
 * ends. The record has its own transactions, so failed attempts are kept; if it cannot be written, the run
 * continues with a warning. Only a SettingsError of the work is thrown.
 */
export async function recordRun(
  ctx: RecordContext,
  head: RunHead,
  work: (run: RunHandle) => Promise<OperationResult>,
): Promise<OperationSummary> {
  const startedAt = ctx.now().toISOString()
  const controller = new AbortController()
  const record = await openRecord(ctx, head, () =>
    controller.abort(
      new OperationError('failed', 'canceled', 'Canceled on request; this run was rolled back.'),
    ),
  )
  const run: RunHandle = {
    id: record.id,
    signal: AbortSignal.any([ctx.signal, controller.signal]),
    info: (message, fields) => record.say('INFO', message, fields),
    warn: (message, fields) => record.say('WARN', message, fields),
  }
  let ending: Ending
  try {
    ending = { status: 'succeeded', result: await work(run), error: null }
  } catch (error) {
    if (error instanceof SettingsError) {
      await record.close('FAILED', null, null)
      throw error
    }
    ending = toEnding(error, run.signal)
    record.say('ERROR', describe(error))
  }
  const { result, status, error } = ending
  const summary: OperationSummary = {
    operation: head.operation,
    name: head.name,
    mode: head.mode,
    status,
    outcome: result.outcome ?? null,
    startedAt,
    finishedAt: ctx.now().toISOString(),
    actor: ctx.actor,
    target: record.target,
    counts: { ...noCounts, ...result.counts },
    payloadHash: result.payloadHash ?? null,
    planHash: result.planHash ?? null,
    resultHash: result.resultHash ?? null,
    ledgerId: result.ledgerId ?? null,
    runId: record.isKept() ? record.id : null,
    findings: [...(result.findings ?? []), ...(error === null ? [] : [error])],
    warnings: [...(result.warnings ?? [])],
    report: { ...result.report },
  }
  const isCanceled = error?.code === 'operation.canceled'
  const runStatus = status === 'succeeded' ? 'SUCCEEDED' : isCanceled ? 'CANCELED' : 'FAILED'
  const problem = await record.close(runStatus, summary.outcome, summary)
  return problem === null ? summary : { ...summary, runId: null, warnings: [...summary.warnings, problem] }
}

interface Ending {
  readonly status: OperationSummary['status']
  readonly result: Partial<OperationResult>
  readonly error: OperationSummary['findings'][number] | null
}

function toEnding(error: unknown, signal: AbortSignal): Ending {
  const cause = signal.aborted && !(error instanceof OperationError) ? toCancellation(signal) : error
  const known = cause instanceof OperationError ? cause : null
  const isRefused =
    writeRefusalOf(cause) !== null || (cause instanceof DatabaseSetupError && cause.exitCode === 3)
  return {
    status: known?.outcome ?? (isRefused ? 'refused' : 'failed'),
    result: known?.result ?? {},
    error: {
      code: `operation.${known?.code ?? (isRefused ? 'precondition-failed' : 'failed')}`,
      severity: 'error',
      subject: 'operation',
      message: describe(cause),
    },
  }
}

function toCancellation({ reason }: AbortSignal): OperationError {
  return reason instanceof OperationError
    ? reason
    : new OperationError('failed', 'canceled', 'Stopped. This run was rolled back.')
}

function describe(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((each) => describe(each)).join('; ')
  return writeRefusalOf(error)?.message ?? (error instanceof Error ? error.message : String(error))
}

const noCounts = { before: {}, after: {}, inserted: {}, updated: {}, deleted: {}, unchanged: {} }

/** The row of one run, kept on a best-effort basis. */
interface RunRecord {
  readonly id: string
  readonly target: OperationTarget | null
  isKept(): boolean
  say(level: RunLine['level'], message: string, fields?: JsonObject): void
  /** Returns why the record could not be written, or null. */
  close(
    status: 'SUCCEEDED' | 'FAILED' | 'CANCELED',
    outcome: OperationSummary['outcome'],
    summary: OperationSummary | null,
  ): Promise<string | null>
}

async function openRecord(ctx: RecordContext, head: RunHead, cancel: () => void): Promise<RunRecord> {
  const id = randomUUID()
  const { pool } = ctx
  const lines: RunLine[] = []
  let problem: string | null = null
  let target: OperationTarget | null = null
  let isTableMissing = false
  const attempt = async (work: (pool: Pool) => Promise<unknown>) => {
    if (pool === null || problem !== null) return
    await work(pool).catch((error: unknown) => {
      problem = `The run could not be recorded: ${describe(error)}`
      isTableMissing = error instanceof Error && 'code' in error && error.code === undefinedTable
    })
  }
  const [mode, parameters] = [head.mode === 'apply' ? 'APPLY' : 'DRY_RUN', head.parameters ?? {}] as const
  const { actor, settings } = ctx
  const start = {
    id,
    kind: head.kind,
    name: head.name,
    mode,
    actor,
    gitCommit: settings.gitCommit,
    parameters,
  } as const
  await attempt(async (pool) => {
    const { system, database, environment } = await readIdentity(pool)
    target = { system, database, environment }
    await startRun(pool, start, runOwner, ctx.audit)
  })
  if (pool !== null && problem === null) ctx.onRunStarted?.(id)
  const beat = () =>
    pool !== null && problem === null
      ? beatRun(pool, id, lines).then(
          (stop) => void (stop && cancel()),
          () => undefined,
        )
      : undefined
  const timer = setInterval(() => void beat(), heartbeatMs)
  return {
    id,
    target,
    isKept: () => pool !== null && (problem === null || isTableMissing),
    say(level, message, fields) {
      if (lines.length < keptLines)
        lines.push({ at: ctx.now().toISOString(), level, message, fields: fields ?? null })
      if (level === 'WARN') ctx.log.warn(message)
    },
    async close(status, outcome, summary) {
      clearInterval(timer)
      if (isTableMissing) {
        // This run may have created the table.
        problem = null
        await attempt((pool) => startRun(pool, start, runOwner))
      }
      await attempt((pool) =>
        finishRun(pool, id, { status, outcome, log: lines, summary: summary as JsonObject | null }),
      )
      return problem
    },
  }
}
