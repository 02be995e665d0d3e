import type { ClientBase } from 'pg'
import { countTables } from '../../database/tables/count-tables.ts'
import {
  isSameDatabase,
  readIdentity,
  type DatabaseIdentity,
} from '../../database/connection/database-identity.ts'
import { readLedger } from '../../database/operations/ledger.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { hashJson } from '../../domain/hash.ts'
import { createNeonDriverWithin } from '../../storage/drivers/neon.ts'
import { describeArtifact, type ArtifactReport } from './artifact.ts'
import { readBackup } from './files.ts'
import type { BackupManifest } from './manifest.ts'
import type { Backup } from './create.ts'
import type { CheckReport, OperationResult } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { withParityStore } from '../parity/open-store.ts'
import { requireSameSchema } from './restore-backup.ts'
import {
  checkContent,
  checkFiles,
  checkRedactions,
  checkSource,
  otherDatabase,
  requireWhole,
} from './restore-checks.ts'
import { readBackupContent, type BackupContentState } from '../content/restore-state.ts'
import { redactionEntry } from '../migrations/verify-ledger.ts'

export interface RestoreReport {
  readonly checks: readonly CheckReport[]
  readonly artifact: ArtifactReport
  readonly ageSeconds: number
  /** The database that was backed up. */
  readonly source: { readonly database: string; readonly environment: string; readonly isThis: boolean }
  /** Ledger rows of redactions after the backup; it may contain what they erased. */
  readonly redactions: readonly string[]
  readonly before: ArtifactReport | null
  /** The restored content state's new version; null if it was already current or nothing was applied. */
  readonly contentVersion: number | null
}

export interface RestorePlan {
  readonly backup: Backup
  /** The graph tables to replace. Graph version and history only move forward. */
  readonly tables: readonly string[]
  readonly content: BackupContentState
  readonly graphVersion: number
  readonly report: RestoreReport
  readonly result: OperationResult & { readonly planHash: string }
}

interface Present {
  readonly identity: DatabaseIdentity
  readonly graphVersion: number
  readonly rows: Readonly<Record<string, number>>
  readonly contentHash: string | null
  readonly versions: ReadonlyMap<number, string>
  readonly ledger: readonly { readonly id: string; readonly name: string; readonly finishedAt: string }[]
}

/** What a restore would replace, sealed by a hash over the backup and the current database. Read-only. */
export async function makeRestorePlan(
  ctx: OpsContext,
  { artifact, fromOtherDatabase }: { readonly artifact: string; readonly fromOtherDatabase: boolean },
): Promise<RestorePlan> {
  const backup = await readBackup(ctx.settings.backupOutputPath, artifact)
  const { manifest } = backup
  await requireWhole(backup, ctx.signal)
  requireSameSchema(manifest)
  const tables = graphTablesOf(manifest)
  const now = await withTransaction(ctx.pool, 'REPEATABLE READ READ ONLY', (client) =>
    readPresent(client, tables),
  )
  const isThis = isSameDatabase(manifest.source, now.identity)
  if (!isThis && !fromOtherDatabase) throw otherDatabase(artifact, manifest, now.identity)
  const content = await withParityStore(ctx, { artifact: backup.directory }, (store) =>
    readBackupContent(store, now.versions),
  )
  const redactions = findRedactions(manifest, now, isThis)
  const ageSeconds = Math.max(0, Math.round((ctx.now().getTime() - Date.parse(manifest.createdAt)) / 1000))
  const isNewState = content.current !== null && content.current.hash !== now.contentHash
  const checks = [
    checkSource(manifest, now.identity, { isThis, ageSeconds }),
    checkFiles(manifest),
    checkContent(content, isNewState),
    checkRedactions(redactions),
  ]
  const report: RestoreReport = {
    checks,
    artifact: describeArtifact(backup),
    ageSeconds,
    source: { database: manifest.source.database, environment: manifest.source.environment, isThis },
    redactions,
    before: null,
    contentVersion: null,
  }
  const { system, timeline, databaseId } = now.identity
  const planHash = hashJson({
    backup: manifest.hash,
    target: { system, timeline, databaseId },
    graphVersion: now.graphVersion,
    contentHash: now.contentHash,
    redactions,
    fromOtherDatabase,
  })
  const history = now.versions.size + content.versions.length + (isNewState ? 1 : 0)
  const hasState = content.current !== null || now.contentHash !== null
  return {
    backup,
    tables,
    content,
    graphVersion: now.graphVersion,
    report,
    result: {
      outcome: checks.some(({ status }) => status === 'WARN') ? 'WARN' : 'PASS',
      counts: {
        before: {
          ...now.rows,
          admin_content_state: now.contentHash === null ? 0 : 1,
          admin_history: now.versions.size,
        },
        after: { ...rowsOf(manifest, tables), admin_content_state: hasState ? 1 : 0, admin_history: history },
      },
      payloadHash: manifest.hash,
      planHash,
      findings: checks
        .filter(({ status }) => status === 'WARN')
        .map(({ name, detail }) => ({
          code: `restore.${name.replaceAll(' ', '-')}`,
          severity: 'warning' as const,
          subject: name,
          message: `${name}: ${detail}.`,
        })),
      report,
    },
  }
}

function graphTablesOf({ tables }: BackupManifest): string[] {
  return tables
    .map(({ table }) => table)
    .filter((table) => table.startsWith('kb_') && table !== 'kb_graph_version' && table !== 'kb_changes')
}

function rowsOf({ tables }: BackupManifest, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    tables.filter(({ table }) => names.includes(table)).map(({ table, rows }) => [table, rows]),
  )
}

async function readPresent(client: ClientBase, tables: readonly string[]): Promise<Present> {
  const version = await client.query<{ version: string }>(
    'SELECT version::text FROM public.kb_graph_version WHERE id = 1',
  )
  const history = await client.query<{ version: number; hash: string }>(
    'SELECT version, hash FROM public.admin_history',
  )
  return {
    identity: await readIdentity(client),
    graphVersion: Number(version.rows[0]?.version ?? 0),
    rows: await countTables(client, tables),
    contentHash: (await createNeonDriverWithin(client).readHead())?.hash ?? null,
    versions: new Map(history.rows.map(({ version, hash }) => [version, hash])),
    ledger: await readLedger(client),
  }
}

/**
 * Redactions unknown to the backup. The ledger only grows, so for a backup of this database these are the
 * rows after the ones it counts; for another database all of them count.
 */
function findRedactions(
  { tables, createdAt }: BackupManifest,
  { ledger }: Present,
  isThis: boolean,
): string[] {
  const known = tables.find(({ table }) => table === 'admin_migrations')?.rows ?? 0
  return ledger
    .filter(
      ({ name, finishedAt }, at) =>
        name === redactionEntry.name && (!isThis || at >= known || finishedAt >= createdAt),
    )
    .map(({ id }) => id)
}
