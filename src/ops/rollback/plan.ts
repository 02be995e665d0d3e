import type { Pool } from 'pg'
import type { StorageBackend } from '../../config.ts'
import { listRuns, type OperationRun } from '../../database/operations/runs.ts'
import type { Storage } from '../../storage/open-storage.ts'
import type { ArtifactReport } from '../backup/artifact.ts'

export interface RollbackPlan {
  readonly steps: readonly string[]
  /** The active backend and its replacement: `NEON`, `BLOB`, `FILE`, or `none` if no other is configured. */
  readonly from: string
  readonly to: string
  /** The backup of the latest passed drill; null if none passed or it was not kept. */
  readonly backup: ArtifactReport | null
  readonly isTested: boolean
  readonly lastTestedAt: string | null
}

export interface RollbackPlanFacts {
  readonly from: StorageBackend
  readonly to: StorageBackend | null
  readonly drill: Pick<OperationRun, 'finishedAt' | 'summary'> | null
}

export function createRollbackPlan({ from, to, drill }: RollbackPlanFacts): RollbackPlan {
  const report = drill?.summary?.['report'] as { artifact?: ArtifactReport; isKept?: boolean } | undefined
  const backup = report?.isKept === true ? (report.artifact ?? null) : null
  return {
    steps: listSteps(from, to, backup?.id ?? null),
    from: from.toUpperCase(),
    to: to?.toUpperCase() ?? 'none',
    backup,
    isTested: drill !== null,
    lastTestedAt: drill?.finishedAt ?? null,
  }
}

export async function readRollbackPlan(
  pool: Pool,
  storage: Storage,
  to: StorageBackend | null = chooseFallback(storage),
): Promise<RollbackPlan> {
  const page = { from: null, backward: false, limit: 1 }
  const [drill = null] = await listRuns(pool, { kinds: ['BACKUP_DRILL'], outcomes: ['PASS'] }, page)
  return createRollbackPlan({ from: storage.active, to, drill })
}

/** The configured fallback, else any other configured backend, else null. */
export function chooseFallback(storage: Storage): StorageBackend | null {
  const others = (['neon', 'blob', 'file'] as const).filter((kind) => kind !== storage.active)
  return storage.order[1] ?? others.find((kind) => storage.isConfigured(kind)) ?? null
}

function listSteps(from: StorageBackend, to: StorageBackend | null, backup: string | null): string[] {
  const artifact = backup ?? '<id of `kb backup list`>'
  return [
    ...(to === null
      ? ['No other backend is configured: set BLOB_READ_WRITE_TOKEN or ADMIN_FILE_PATH to get one.']
      : [
          `Stabilise writes: set ADMIN_STORAGE_BACKEND=${to} in the target environment.`,
          'Redeploy to apply the setting.',
          'Verify the served state: npm run ops:parity:postdeploy',
        ]),
    `Recover ${from}: npm run ops:restore -- ${artifact}, then the same with --apply --reason "…"`,
    ...(to === null
      ? []
      : [
          `Bring back what was saved in ${to} meanwhile${to === 'blob' ? ': npm run migrate:blob-to-neon:dry-run, then :apply' : ': npx kb content export and import'}`,
          `Verify the recovered state: npx kb parity --left ${from} --right ${to}; npm run ops:knowledge:drift`,
        ]),
    `Return: set ADMIN_STORAGE_BACKEND=${from}, redeploy, npm run ops:parity:postdeploy`,
    'The runs are recorded; describe the incident in the changelog.',
  ]
}
