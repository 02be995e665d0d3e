import { readRun, type OperationRun as RunRecord } from '../../database/operations/runs.ts'
import type { DrillReport } from '../../ops/backup/drill-report.ts'
import { runBackupDrill } from '../../ops/backup/drill.ts'
import { BackupArtifact } from './backup-artifact.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { Node } from '../base/node.ts'
import { OperationRun, reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { ParityReport } from './parity.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import {
  AlreadyRunningError,
  BackendUnavailableError,
  ForbiddenError,
  PreconditionError,
  preconditionError,
} from '../base/user-errors.ts'

const reportOfDrill = (run: RunRecord): Partial<DrillReport> => reportOf(run)
/** The only target GraphQL may name: the database's own server. */
const ownServer = 'database'

const BackupDrill = builder.objectRef<RunRecord>('BackupDrill')
BackupDrill.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    backup: t.field({
      type: BackupArtifact,
      nullable: true,
      resolve: (run) => reportOfDrill(run).artifact ?? null,
    }),
    restoredTo: t.string({ nullable: true, resolve: (run) => reportOfDrill(run).restoredTo ?? null }),
    parity: t.field({
      type: ParityReport,
      nullable: true,
      resolve: (run, _, { admin }) => {
        const id = reportOfDrill(run).parityRunId
        return id == null ? null : readRun(admin.pool, id)
      },
    }),
    recoveryPointSeconds: t.int({
      nullable: true,
      description: 'Seconds of writes that would be lost.',
      resolve: (run) => wholeSeconds(reportOfDrill(run).recoveryPointSeconds),
    }),
    recoveryTimeSeconds: t.int({
      nullable: true,
      description: 'Seconds the restore took.',
      resolve: (run) => wholeSeconds(reportOfDrill(run).recoveryTimeSeconds),
    }),
  }),
})

function wholeSeconds(seconds: number | null | undefined): number | null {
  return seconds == null ? null : Math.ceil(seconds)
}

const RunBackupDrillInput = builder.inputType('RunBackupDrillInput', {
  fields: (t) => ({
    restore: t.boolean({ required: true, defaultValue: true }),
    target: t.string(),
  }),
})
const RunBackupDrillSuccess = builder.objectRef<OperationSuccess>('RunBackupDrillSuccess')
RunBackupDrillSuccess.implement({
  fields: (t) => ({ drill: t.field({ type: BackupDrill, resolve: ({ run }) => run }) }),
})
const RunBackupDrillResult = resultUnion('RunBackupDrillResult', [
  RunBackupDrillSuccess,
  PreconditionError,
  BackendUnavailableError,
  AlreadyRunningError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  runBackupDrill: t.field({
    type: RunBackupDrillResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: RunBackupDrillInput, required: true }) },
    resolve: (_, { input }, context) => {
      // Otherwise clients could make this server connect anywhere.
      if (input.target != null && input.target !== ownServer) {
        const message = `The target of a drill is \`${ownServer}\`; only the command line may name another server.`
        const failed = {
          name: 'target',
          status: 'FAIL',
          detail: message,
          expected: ownServer,
          actual: null,
          durationMs: null,
        } as const
        return preconditionError(message, [failed])
      }
      return runForMutation(
        context,
        {
          success: 'RunBackupDrillSuccess',
          kind: 'BACKUP_DRILL',
          errors: ['PreconditionError', 'BackendUnavailableError', 'AlreadyRunningError'],
        },
        (ctx) => runBackupDrill(ctx, { restore: input.restore }),
      )
    },
  }),
}))
