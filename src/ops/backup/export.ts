import { describeArtifact } from './artifact.ts'
import { createBackup, type BackupOptions } from './create.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

/** `kb backup create`: creates a backup as a recorded operation; `report.artifact` locates it. */
export function exportBackup(ctx: OpsContext, { directory }: BackupOptions = {}): Promise<OperationSummary> {
  const head = { kind: 'EXPORT', operation: 'backup', name: 'create', mode: 'apply' } as const
  return recordRun(ctx, head, async (run) => {
    const backup = await createBackup({ ...ctx, signal: run.signal }, { directory })
    const { manifest } = backup
    return {
      counts: { after: Object.fromEntries(manifest.tables.map(({ table, rows }) => [table, rows])) },
      payloadHash: manifest.hash,
      report: { artifact: describeArtifact(backup), steps: [`${manifest.id} is in ${backup.directory}`] },
    }
  })
}
