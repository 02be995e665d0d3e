import type { PoolClient } from 'pg'
import { appendLedger, lockLedger } from '../../database/operations/ledger.ts'
import { hashGraph } from '../../domain/hash.ts'
import { instantOf } from '../../domain/timestamp.ts'
import { describeArtifact } from './artifact.ts'
import { createBackup } from './create.ts'
import { OperationError } from '../run/error.ts'
import type { OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun, type RunHandle } from '../run/record.ts'
import { restoreContentState } from '../content/restore-state.ts'
import { restoreLive } from './restore-live.ts'
import { makeRestorePlan, type RestorePlan, type RestoreReport } from './restore-plan.ts'
import { rollbackEntry } from '../migrations/verify-ledger.ts'

export interface RestoreDatabaseOptions {
  readonly artifact: string
  readonly apply?: boolean | undefined
  /** Plan of a dry run; an apply with any other plan is refused. */
  readonly planHash?: string | null | undefined
  readonly reason?: string | undefined
  /** Allow a backup of another database, for example of a lost machine. */
  readonly fromOtherDatabase?: boolean | undefined
}

/**
 * `kb backup restore`: replaces the graph by a backup's and saves its content state as a new version, in one
 * transaction, proven equal to the backup before COMMIT. Backs up the current data first. The ledger is not
 * rolled back; it records the restore.
 */
export function restoreDatabase(ctx: OpsContext, options: RestoreDatabaseOptions): Promise<OperationSummary> {
  const { artifact, apply = false, reason = null, fromOtherDatabase = false } = options
  const head = {
    kind: 'ROLLBACK',
    operation: 'restore',
    name: artifact,
    mode: apply ? 'apply' : 'dry-run',
    parameters: { artifact, reason, fromOtherDatabase },
  } as const
  return recordRun(ctx, head, (run) => restore({ ...ctx, signal: run.signal }, options, run))
}

async function restore(
  ctx: OpsContext,
  {
    artifact,
    apply = false,
    planHash = null,
    reason = '',
    fromOtherDatabase = false,
  }: RestoreDatabaseOptions,
  run: RunHandle,
): Promise<OperationResult> {
  if (apply && reason.trim() === '')
    throw new OperationError(
      'refused',
      'precondition-failed',
      'A restore replaces the contents of the database: explain it with --reason "…". Nothing was written.',
    )
  const plan = await makeRestorePlan(ctx, { artifact, fromOtherDatabase })
  const { result, report } = plan
  const warnings = warningsOf(ctx, plan)
  if (!apply) {
    const why = 'Nothing was restored; add --apply --reason "…", and --plan to allow only this plan.'
    return { ...result, warnings: [why, ...warnings] }
  }
  if (planHash !== null && planHash !== result.planHash)
    throw new OperationError(
      'refused',
      'plan-mismatch',
      `The plan has changed (${result.planHash}): the database changed since the dry run, or the backup is a different one. ` +
        'Nothing was written. Review this run, then apply its plan.',
      { result },
    )
  const before = await createBackup(ctx)
  const done = await replace(ctx, plan, reason, run)
  const last: RestoreReport = {
    ...report,
    before: describeArtifact(before),
    contentVersion: done.contentVersion,
  }
  const way = `The previous database was saved as the backup ${before.manifest.id}.`
  const { resultHash, ledgerId } = done
  return { ...result, resultHash, ledgerId, warnings: [way, ...warnings], report: last }
}

function replace(ctx: OpsContext, plan: RestorePlan, reason: string, run: RunHandle) {
  const startedAt = instantOf(ctx.now())
  const { backup, tables, content, graphVersion, result } = plan
  const { manifest } = backup
  const replaced = manifest.tables.filter(({ table }) => tables.includes(table))
  const resultHash = hashGraph(Object.fromEntries(replaced.map(({ table, hash }) => [table, hash])))
  const { signal, onProgress, actor } = ctx
  return restoreLive(
    ctx.pool,
    backup,
    tables,
    { signal, onProgress, actor, atVersion: graphVersion },
    async (client: PoolClient) => {
      const by = { actor, note: `Restored from ${manifest.id}: ${reason}`, now: ctx.now() }
      const contentVersion = await restoreContentState(client, content, by)
      await lockLedger(client)
      const entry = await appendLedger(client, {
        ...rollbackEntry,
        mode: 'APPLY',
        checksum: manifest.hash,
        payloadHash: manifest.hash,
        planHash: result.planHash,
        resultHash,
        counts: {},
        actor,
        reason,
        gitCommit: ctx.settings.gitCommit,
        startedAt,
        runId: run.id,
      })
      return { contentVersion, resultHash, ledgerId: entry.id }
    },
  )
}

function warningsOf({ storage }: OpsContext, { backup, report }: RestorePlan): string[] {
  const rowsOf = (name: string) => backup.manifest.tables.find(({ table }) => table === name)?.rows ?? 0
  return [
    'People, tokens, the audit, the ledger, runs and the history of the graph are not restored; they stay unchanged.',
    ...(!report.source.isThis && rowsOf('kb_media_objects') > 0
      ? ['Media files are not in backups: copy the folder `media` of KB_DATA_DIR from the other machine.']
      : []),
    ...(storage.active === 'neon'
      ? []
      : [
          `The content state is served from ${storage.active} here, which a database restore does not change.`,
        ]),
  ]
}
