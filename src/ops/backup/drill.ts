import { rm } from 'node:fs/promises'
import type { Pool } from 'pg'
import { createPool } from '../../database/connection/create-pool.ts'
import { hashGraph } from '../../domain/hash.ts'
import { describeArtifact } from './artifact.ts'
import { createBackup } from './create.ts'
import { readManifest } from './manifest.ts'
import { verifyBackupFiles } from './files.ts'
import type { RestoreComparison } from './comparison.ts'
import { listDrillChecks } from './drill-checks.ts'
import type { Finding, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { writeDrillRecord } from './drill-record.ts'
import type { ParityReport } from '../parity/verify.ts'
import type { DrillReport } from './drill-report.ts'
import { recordRun } from '../run/record.ts'
import { rehearseRestore, type Rehearsal } from './restore-rehearsal.ts'

export interface DrillOptions {
  /** False: only export and verify the files, which proves no recovery. Default true. */
  readonly restore?: boolean | undefined
  readonly target?: string | undefined
  /** False: delete the backup afterwards. Default true. */
  readonly keep?: boolean | undefined
  /** A document whose section "Latest drill record" is updated. */
  readonly record?: string | undefined
}

/**
 * `kb neon backup-restore-drill`: exports the database, restores the export into a scratch database, compares
 * both and measures the recovery time. A drill that could not run is `failed` or `refused`, never skipped.
 */
export async function runBackupDrill(ctx: OpsContext, options: DrillOptions = {}): Promise<OperationSummary> {
  const { restore = true, target, record } = options
  const head = {
    kind: 'BACKUP_DRILL',
    operation: 'backup-drill',
    name: 'neon',
    mode: 'dry-run',
    parameters: { restore },
  } as const
  const summary = await recordRun(ctx, head, (run) =>
    withServer(ctx, target, (server) => drill({ ...ctx, signal: run.signal }, server, options)),
  )
  if (record !== undefined && summary.status === 'succeeded') await writeDrillRecord(record, summary)
  return summary
}

async function drill(ctx: OpsContext, server: Pool, options: DrillOptions): Promise<OperationResult> {
  const start = performance.now()
  const scaled = (from: number, size: number): OpsContext => ({
    ...ctx,
    onProgress: (step) => ctx.onProgress({ ...step, share: from + size * step.share }),
  })
  const backup = await createBackup(scaled(0, 0.4))
  const exportSeconds = (performance.now() - start) / 1000
  try {
    // Read it from disk, as a real recovery would.
    const manifest = await readManifest(backup.directory)
    const rehearsal: Rehearsal =
      options.restore === false
        ? {
            findings: await verifyBackupFiles(backup, ctx.signal),
            restoredTo: null,
            recoverySeconds: null,
            comparison: null,
          }
        : await rehearseRestore(
            scaled(0.4, 0.6),
            { ...backup, manifest },
            { server, manifestHash: backup.manifest.hash },
          )
    ctx.onProgress({ label: 'Done', rows: 0, share: 1 })
    const { comparison, findings } = rehearsal
    const tables = comparison?.tables ?? []
    const found = {
      artifact: describeArtifact(backup),
      isKept: options.keep !== false,
      restoredTo: rehearsal.restoredTo,
      exportSeconds: round(exportSeconds),
      recoveryTimeSeconds: rehearsal.recoverySeconds === null ? null : round(rehearsal.recoverySeconds),
      recoveryPointSeconds: round((ctx.now().getTime() - Date.parse(manifest.createdAt)) / 1000),
      tables,
      graphHash: comparison?.graphHash ?? null,
      contentHash: comparison?.contentHash ?? null,
      parityRunId: await recordParity(ctx, manifest.id, comparison),
      sequences: manifest.sequences.length,
      schemaObjects: Object.keys(manifest.catalog.objects).length,
    }
    const report: DrillReport = { checks: listDrillChecks(found, findings), ...found }
    return {
      outcome: outcomeOf(findings, options.restore !== false),
      counts: {
        before: Object.fromEntries(manifest.tables.map(({ table, rows }) => [table, rows])),
        after: Object.fromEntries(tables.map(({ table, rightCount }) => [table, rightCount])),
      },
      payloadHash: manifest.hash,
      resultHash:
        comparison === null
          ? null
          : hashGraph(Object.fromEntries(tables.map(({ table, rightHash }) => [table, rightHash]))),
      findings,
      warnings:
        options.restore === false
          ? ['Nothing was restored: the files are intact, but no recovery was proven.']
          : [],
      report,
    }
  } finally {
    if (options.keep === false) await rm(backup.directory, { recursive: true, force: true })
  }
}

async function recordParity(
  ctx: OpsContext,
  id: string,
  comparison: RestoreComparison | null,
): Promise<string | null> {
  if (comparison === null) return null
  const [left, right] = [`backup ${id}`, 'restored backup']
  const head = {
    kind: 'PARITY',
    operation: 'parity',
    name: `${left} with ${right}`,
    mode: 'dry-run',
  } as const
  const { tables, findings } = comparison
  const hash = (side: 'leftHash' | 'rightHash') =>
    hashGraph(Object.fromEntries(tables.map((table) => [table.table, table[side]])))
  const report: ParityReport = {
    left,
    right,
    leftHash: hash('leftHash'),
    rightHash: hash('rightHash'),
    tables,
    differences: [],
  }
  const { runId } = await recordRun(ctx, head, async () => ({
    outcome: outcomeOf(findings, true),
    findings,
    report,
  }))
  return runId
}

function outcomeOf(findings: readonly Finding[], isRestored: boolean): 'PASS' | 'WARN' | 'FAIL' {
  if (findings.some(({ severity }) => severity === 'error')) return 'FAIL'
  return findings.length > 0 || !isRestored ? 'WARN' : 'PASS'
}

async function withServer<Result>(
  ctx: OpsContext,
  target: string | undefined,
  work: (server: Pool) => Promise<Result>,
): Promise<Result> {
  if (target === undefined) return work(ctx.pool)
  const server = createPool(target, { log: ctx.log, statementTimeout: 0, max: 2 })
  try {
    return await work(server)
  } finally {
    await server.end()
  }
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
