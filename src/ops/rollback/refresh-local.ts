import { requireSettings } from '../../config.ts'
import { readIdentity } from '../../database/connection/database-identity.ts'
import { hashGraph } from '../../domain/hash.ts'
import { describeArtifact, type ArtifactReport } from '../backup/artifact.ts'
import { verifyBackupFiles } from '../backup/files.ts'
import type { BackupManifest } from '../backup/manifest.ts'
import { createBackup, type Backup } from '../backup/create.ts'
import { OperationError } from '../run/error.ts'
import type { Finding, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'
import { requireRefreshable } from './refresh-preconditions.ts'
import { movedCounters, readWriteCounters, withProduction, type WriteCounters } from './refresh-production.ts'
import { requireSameSchema } from '../backup/restore-backup.ts'
import { restoreLive } from '../backup/restore-live.ts'

export interface RefreshOptions {
  readonly apply?: boolean | undefined
}

export interface RefreshReport {
  readonly production: ArtifactReport
  /** Backup of the previous local database. */
  readonly local: ArtifactReport
  readonly markers: readonly string[]
  readonly writeCounters: { readonly before: WriteCounters; readonly after: WriteCounters }
}

/** These describe the database itself, its operations and its users, so each database keeps its own. */
const ownTables = [
  'kb_graph_version',
  'kb_changes',
  'admin_runs',
  'admin_environment',
  'admin_sessions',
  'admin_people',
  'admin_tokens',
  'admin_sign_in_attempts',
  'admin_audit',
  'admin_idempotency_keys',
  'admin_uploads',
]

/**
 * `kb refresh local`: replaces the local graph, content state, history and ledger by those of production.
 * Production is read-only, and its write counters are compared. Both sides are exported and verified first;
 * the replacement is one transaction, proven equal to the export before COMMIT.
 */
export async function refreshLocal(ctx: OpsContext, options: RefreshOptions = {}): Promise<OperationSummary> {
  const { productionDatabaseUrl: url, productionMarkers: markers } = ctx.settings
  requireSettings('ops:refresh:local', {
    PRODUCTION_DATABASE_URL: url,
    PRODUCTION_MARKERS: markers.length > 0 ? markers : null,
  })
  const apply = options.apply === true
  const head = {
    kind: 'REFRESH',
    operation: 'refresh',
    name: 'production-to-local',
    mode: apply ? 'apply' : 'dry-run',
    parameters: { markers: [...markers] },
  } as const
  return recordRun(ctx, head, (run) => refresh({ ...ctx, signal: run.signal }, url!, apply))
}

async function refresh(ctx: OpsContext, url: string, apply: boolean): Promise<OperationResult> {
  const { productionMarkers: markers } = ctx.settings
  const scaled = (from: number, size: number): OpsContext => ({
    ...ctx,
    onProgress: (step) => ctx.onProgress({ ...step, share: from + size * step.share }),
  })
  const before = await readWriteCounters(url, ctx.log)
  const production = await withProduction(url, ctx.log, async (pool) => {
    const from = { pool, identity: await readIdentity(pool) }
    const to = { pool: ctx.pool, identity: await readIdentity(ctx.pool) }
    await requireRefreshable(from, to, markers)
    return createBackup({ ...scaled(0, 0.4), pool })
  })
  const local = await createBackup(scaled(0.4, 0.2))
  for (const backup of [production, local]) await requireWhole(backup, ctx.signal)
  requireSameSchema(production.manifest)
  const tables = production.manifest.tables
    .map(({ table }) => table)
    .filter((table) => !ownTables.includes(table))
  if (apply) {
    const { signal, onProgress } = scaled(0.6, 0.4)
    const how = { signal, onProgress, actor: ctx.actor, atVersion: local.manifest.graph.version }
    await restoreLive(ctx.pool, production, tables, how, () => Promise.resolve())
  }
  // The export's sessions are closed and have reported their writes.
  const after = await readWriteCounters(url, ctx.log)
  const findings = movedCounters(before, after).map(toFinding)
  const report: RefreshReport = {
    production: describeArtifact(production),
    local: describeArtifact(local),
    markers,
    writeCounters: { before, after },
  }
  return {
    outcome: findings.length > 0 ? 'WARN' : 'PASS',
    counts: {
      before: rowsOf(local.manifest, tables),
      after: rowsOf(apply ? production.manifest : local.manifest, tables),
    },
    payloadHash: hashOf(production.manifest, tables),
    resultHash: hashOf(apply ? production.manifest : local.manifest, tables),
    findings,
    warnings: warningsOf(ctx, apply),
    report,
  }
}

async function requireWhole(backup: Backup, signal: AbortSignal): Promise<void> {
  const damage = await verifyBackupFiles(backup, signal)
  if (damage.length === 0) return
  const each = damage.map(({ message }) => message).join(' ')
  throw new OperationError(
    'failed',
    'failed',
    `The export ${backup.manifest.id} is damaged. ${each} Nothing was written.`,
  )
}

/** This program could not have written; another client did, so the export is outdated. */
function toFinding(moved: string): Finding {
  return {
    code: 'refresh.production-moved',
    severity: 'warning',
    subject: 'production',
    message: `Something wrote to production meanwhile (${moved}); the sessions of this run were read-only.`,
  }
}

function warningsOf({ storage }: OpsContext, apply: boolean): string[] {
  return [
    ...(apply ? [] : ['Nothing was replaced; run it again with --apply.']),
    ...(storage.active === 'neon'
      ? []
      : [`The content state is read from ${storage.active} here, which a refresh does not change.`]),
  ]
}

function rowsOf({ tables }: BackupManifest, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    tables.filter(({ table }) => names.includes(table)).map(({ table, rows }) => [table, rows]),
  )
}

function hashOf({ tables }: BackupManifest, names: readonly string[]): string {
  const chosen = tables.filter(({ table }) => names.includes(table))
  return hashGraph(Object.fromEntries(chosen.map(({ table, hash }) => [table, hash])))
}
