import { describeArtifact } from './artifact.ts'
import { readBackup, verifyBackupFiles } from './files.ts'
import type { OperationSummary } from '../run/summary.ts'
import type { OpsContext, OptionalDatabase } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

/**
 * `kb backup verify`: checks a backup's files against its manifest. Only a drill proves that it can be
 * restored.
 */
export function verifyBackup(ctx: OptionalDatabase<OpsContext>, artifact: string): Promise<OperationSummary> {
  const head = {
    kind: 'EXPORT',
    operation: 'backup',
    name: 'verify',
    mode: 'dry-run',
    parameters: { artifact },
  } as const
  return recordRun(ctx, head, async (run) => {
    const backup = await readBackup(ctx.settings.backupOutputPath, artifact)
    const findings = await verifyBackupFiles(backup, run.signal)
    return {
      outcome: findings.length === 0 ? 'PASS' : 'FAIL',
      payloadHash: backup.manifest.hash,
      findings,
      report: { artifact: describeArtifact(backup) },
    }
  })
}
