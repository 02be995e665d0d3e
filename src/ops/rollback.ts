import type { PoolClient } from 'pg'
import type { StorageBackend } from '../config.ts'
import { appendLedger, lockLedger } from '../database/ledger.ts'
import { hashGraph } from '../domain/hash.ts'
import { instantOf } from '../domain/timestamp.ts'
import { describeArtifact, type ArtifactReport } from './backup-artifact.ts'
import { readBackup, verifyBackupFiles } from './backup-files.ts'
import { createBackup, type Backup } from './create-backup.ts'
import { OperationError } from './operation-error.ts'
import type { CheckReport, OperationResult, OperationSummary } from './operation-summary.ts'
import type { OpsContext } from './ops-context.ts'
import { withParityStore } from './parity-stores.ts'
import { recordRun, type RunHandle } from './record-run.ts'
import { requireSameSchema } from './restore-backup.ts'
import { restoreLive } from './restore-live.ts'
import { checkFallback, requireOwnBackup } from './rollback-checks.ts'
import { readBackupContent, restoreContentState } from './rollback-content.ts'
import { chooseFallback, readRollbackPlan } from './rollback-plan.ts'
import { rollbackEntry } from './verify-ledger.ts'

export interface RollbackOptions {
  /** The backend to go to; by default the one that the active backend falls back to. */
  readonly to?: StorageBackend | undefined
  /** A backup by its id or path, to be restored into the database. */
  readonly artifact?: string | undefined
  readonly apply?: boolean | undefined
  readonly force?: boolean | undefined
  readonly reason?: string | undefined
}

/** `summary.report` of a rollback. */
export interface RollbackReport {
  readonly steps: readonly string[]
  readonly checks: readonly CheckReport[]
  readonly from: string
  readonly to: string
  /** What was, or would be, restored. */
  readonly artifact: ArtifactReport | null
  /** The database as it was before: the way back from the way back. */
  readonly before: ArtifactReport | null
  /** The version that the restored content state became; null if it was current already. */
  readonly contentVersion: number | null
}

/**
 * `kb rollback`: prints the steps to the fallback backend and back, and verifies the state that would be served there.
 * With a backup it restores the graph and takes up the content state again as a new version, in one transaction, after a
 * fresh backup; only by `apply`, `force` and a reason. The ledger of migrations is not turned back, it notes the rollback.
 *
 * @returns `report` is a {@link RollbackReport}
 * @example await rollback(ctx, {}) // the plan, and whether it would hold
 */
export async function rollback(ctx: OpsContext, options: RollbackOptions = {}): Promise<OperationSummary> {
  const { artifact = null, reason = null } = options
  const head = {
    kind: 'ROLLBACK',
    operation: 'rollback',
    name: artifact ?? 'plan',
    mode: options.apply === true ? 'apply' : 'dry-run',
    parameters: { to: options.to ?? null, artifact, reason },
  } as const
  return recordRun(ctx, head, (run) => rollBack({ ...ctx, signal: run.signal }, options, run))
}

async function rollBack(ctx: OpsContext, options: RollbackOptions, run: RunHandle): Promise<OperationResult> {
  const { artifact, apply = false } = options
  const to = options.to ?? chooseFallback(ctx.storage)
  const plan = await readRollbackPlan(ctx.pool, ctx.storage, to)
  if (apply) requireSecondWord(options)
  const fallback = await checkFallback(ctx, to)
  const report: RollbackReport = {
    steps: plan.steps,
    checks: fallback,
    from: plan.from,
    to: plan.to,
    artifact: null,
    before: null,
    contentVersion: null,
  }
  if (artifact === undefined) return { outcome: outcomeOf(fallback), findings: toFindings(fallback), report }

  const backup = await readBackup(ctx.settings.backupOutputPath, artifact)
  await requireWhole(backup, ctx.signal)
  requireSameSchema(backup.manifest)
  // The database is what is mended here; that there is no fallback is then worth a warning.
  const checks = [await requireOwnBackup(ctx, backup), ...fallback.map(soften)]
  const known = { ...report, checks, artifact: describeArtifact(backup) }
  const judged = {
    outcome: outcomeOf(checks),
    findings: toFindings(checks),
    payloadHash: backup.manifest.hash,
  }
  if (!apply) {
    const warnings = ['Nothing was restored; give --apply --force --reason "…".']
    return { ...judged, counts: { after: rowsOf(backup) }, warnings, report: known }
  }
  const before = await createBackup(ctx)
  const done = await restore(ctx, backup, options.reason!, run)
  const counts = { before: rowsOf(before), after: rowsOf(backup) }
  const last = { ...known, before: describeArtifact(before), contentVersion: done.contentVersion }
  return {
    ...judged,
    counts,
    resultHash: done.resultHash,
    ledgerId: done.ledgerId,
    warnings: warningsOf(ctx),
    report: last,
  }
}

async function restore(ctx: OpsContext, backup: Backup, reason: string, run: RunHandle) {
  const startedAt = instantOf(ctx.now())
  const tables = graphTablesOf(backup)
  const { rows } = await ctx.pool.query<{ version: number }>('SELECT version FROM public.admin_history')
  const content = await withParityStore(ctx, { artifact: backup.directory }, (store) =>
    readBackupContent(store, new Set(rows.map(({ version }) => version))),
  )
  const resultHash = hashGraph(
    Object.fromEntries(
      backup.manifest.tables
        .filter(({ table }) => tables.includes(table))
        .map(({ table, hash }) => [table, hash]),
    ),
  )
  const { signal, onProgress } = ctx
  return restoreLive(
    ctx.pool,
    backup,
    tables,
    { signal, onProgress, actor: ctx.actor },
    async (client: PoolClient) => {
      const by = { actor: ctx.actor, note: `Rollback to ${backup.manifest.id}: ${reason}`, now: ctx.now() }
      const contentVersion = await restoreContentState(client, content, by)
      await lockLedger(client)
      const entry = await appendLedger(client, {
        ...rollbackEntry,
        mode: 'APPLY',
        checksum: backup.manifest.hash,
        payloadHash: backup.manifest.hash,
        planHash: null,
        resultHash,
        counts: {},
        actor: ctx.actor,
        reason,
        gitCommit: ctx.settings.gitCommit,
        startedAt,
        runId: run.id,
      })
      return { contentVersion, resultHash, ledgerId: entry.id }
    },
  )
}

/** The graph; its version and its history move on by themselves. */
function graphTablesOf({ manifest }: Backup): string[] {
  return manifest.tables
    .map(({ table }) => table)
    .filter((table) => table.startsWith('kb_') && table !== 'kb_graph_version' && table !== 'kb_changes')
}

/** @throws OperationError without the second word */
function requireSecondWord({ artifact, force, reason }: RollbackOptions): void {
  const missing = [
    ...(artifact === undefined ? ['--artifact <id>'] : []),
    ...(force === true ? [] : ['--force']),
    ...(reason === undefined || reason.trim() === '' ? ['--reason "…"'] : []),
  ]
  if (missing.length === 0) return
  throw new OperationError(
    'refused',
    'precondition-failed',
    `A rollback replaces what is in the database; say it again with ${missing.join(' and ')}. Nothing was written.`,
  )
}

async function requireWhole(backup: Backup, signal: AbortSignal): Promise<void> {
  const damage = await verifyBackupFiles(backup, signal)
  if (damage.length === 0) return
  const each = damage.map(({ message }) => message).join(' ')
  throw new OperationError(
    'refused',
    'invalid',
    `The backup ${backup.manifest.id} is damaged. ${each} Nothing was written.`,
  )
}

function soften(check: CheckReport): CheckReport {
  return check.status === 'FAIL' ? { ...check, status: 'WARN' } : check
}

function outcomeOf(checks: readonly CheckReport[]): 'PASS' | 'WARN' | 'FAIL' {
  if (checks.some(({ status }) => status === 'FAIL')) return 'FAIL'
  return checks.some(({ status }) => status === 'WARN') ? 'WARN' : 'PASS'
}

function toFindings(checks: readonly CheckReport[]) {
  return checks
    .filter(({ status }) => status === 'FAIL' || status === 'WARN')
    .map(({ name, status, detail }) => ({
      code: `rollback.${name.replaceAll(' ', '-')}`,
      severity: status === 'FAIL' ? ('error' as const) : ('warning' as const),
      subject: name,
      message: `${name}: ${detail}.`,
    }))
}

function warningsOf({ storage }: OpsContext): string[] {
  const [, fallback] = storage.order
  if (storage.active !== 'neon')
    return [
      `The content state is served from ${storage.active}, which a rollback of the database leaves alone.`,
    ]
  return fallback === undefined
    ? []
    : [
        `${fallback} keeps its own state until the next save; \`npx kb parity --left neon --right ${fallback}\` shows both.`,
      ]
}

function rowsOf({ manifest }: Backup): Record<string, number> {
  return Object.fromEntries(manifest.tables.map(({ table, rows }) => [table, rows]))
}
