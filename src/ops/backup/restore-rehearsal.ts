import pg, { type Pool } from 'pg'
import { applySchemaMigrations } from '../../database/schema/apply-migrations.ts'
import { NoScratchDatabaseError, withScratchDatabase } from '../../database/connection/scratch-database.ts'
import { compareCatalogs, readCatalog } from '../../database/schema/catalog.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { catalogFindings, compareRestored, verifyTables, type RestoreComparison } from './comparison.ts'
import { verifyBackupFiles } from './files.ts'
import type { Backup } from './create.ts'
import { OperationError } from '../run/error.ts'
import type { Finding } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { requireSameSchema, restoreBackup } from './restore-backup.ts'

export interface Rehearsal {
  readonly findings: readonly Finding[]
  readonly restoredTo: string | null
  /** Duration of the restore: schema, rows, indexes and foreign keys. */
  readonly recoverySeconds: number | null
  readonly comparison: RestoreComparison | null
}

export interface RehearsalOptions {
  readonly server: Pool
  /** The manifest hash as written, if known: detects a valid manifest of another backup. */
  readonly manifestHash?: string | undefined
  /** Called with the restored database before the comparison; lets a test damage it. */
  readonly onRestored?: ((scratch: Pool) => Promise<void>) | undefined
}

type RehearsalContext = Pick<OpsContext, 'log' | 'signal' | 'onProgress'>

/**
 * Restores a backup into a scratch database, compares both and drops the database. Damage is a finding; being
 * unable to try is an error.
 */
export async function rehearseRestore(
  ctx: RehearsalContext,
  backup: Backup,
  { server, manifestHash, onRestored }: RehearsalOptions,
): Promise<Rehearsal> {
  requireSameSchema(backup.manifest)
  const damage = [...verifyManifest(backup, manifestHash), ...(await verifyBackupFiles(backup, ctx.signal))]
  if (damage.length > 0)
    return { findings: damage, restoredTo: null, recoverySeconds: null, comparison: null }
  try {
    return await withScratchDatabase(server, { log: ctx.log }, async (scratch, restoredTo) => {
      const start = performance.now()
      await applySchemaMigrations(scratch)
      const expected = await withTransaction(scratch, 'READ COMMITTED', readCatalog)
      const ofSource = catalogFindings('source', compareCatalogs(expected, backup.manifest.catalog))
      const misfits = await verifyTables(scratch, backup.manifest)
      if (misfits.length > 0)
        return { findings: [...ofSource, ...misfits], restoredTo, recoverySeconds: null, comparison: null }
      const failure = await tryRestore(ctx, scratch, backup)
      const recoverySeconds = (performance.now() - start) / 1000
      if (failure !== null)
        return { findings: [...ofSource, failure], restoredTo, recoverySeconds, comparison: null }
      await onRestored?.(scratch)
      ctx.onProgress({ label: 'Comparing', rows: 0, share: 0.9 })
      const comparison = await compareRestored(scratch, backup.manifest, expected)
      return { findings: [...ofSource, ...comparison.findings], restoredTo, recoverySeconds, comparison }
    })
  } catch (error) {
    if (error instanceof NoScratchDatabaseError)
      throw new OperationError('refused', 'precondition-failed', error.message, { cause: error })
    throw error
  }
}

function verifyManifest({ manifest }: Backup, expected: string | undefined): Finding[] {
  if (expected === undefined || expected === manifest.hash) return []
  const message = `The manifest of ${manifest.id} is not the original: its hash is ${manifest.hash}, not ${expected}.`
  return [{ code: 'drill.manifest-replaced', severity: 'error', subject: manifest.id, message }]
}

/** Rows that Postgres rejects mean a damaged backup; anything else is an error. */
async function tryRestore(ctx: RehearsalContext, scratch: Pool, backup: Backup): Promise<Finding | null> {
  try {
    await restoreBackup(scratch, backup, { signal: ctx.signal, onProgress: ctx.onProgress })
    return null
  } catch (error) {
    if (!isDamage(error)) throw error
    const table = error instanceof pg.DatabaseError ? error.table : undefined
    return {
      code: 'drill.restore-failed',
      severity: 'error',
      subject: table ?? backup.manifest.id,
      message: `The backup cannot be restored: ${error.message}`,
    }
  }
}

/** SQLSTATEs for bad data, violated constraints and truncated tsvectors (a syntax error to Postgres). */
function isDamage(error: unknown): error is Error {
  if (error instanceof OperationError) return error.code === 'failed'
  return error instanceof pg.DatabaseError && /^(2[23]|42601)/.test(error.code ?? '')
}
