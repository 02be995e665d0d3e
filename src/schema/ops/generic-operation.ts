import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import { AppError } from '../../errors.ts'
import type { CheckReport } from '../../ops/run/summary.ts'
import { cancelOperation, watchOperation } from '../../resolvers/operation-run.ts'
import { artifactsOf, BackupArtifact } from './backup-artifact.ts'
import { builder } from '../base/builder.ts'
import { Check } from '../base/check.ts'
import { withDirectives } from '../base/directives.ts'
import { Node } from '../base/node.ts'
import { OperationRun, reportOf } from './operation-run.ts'
import { runIdOf } from './operation-result.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { ForbiddenError, NotFoundError, notFoundError } from '../base/user-errors.ts'

export const GenericOperation = builder.objectRef<RunRecord>('GenericOperation')
GenericOperation.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    checks: t.field({ type: [Check], resolve: (run) => (reportOf(run)['checks'] ?? []) as CheckReport[] }),
    artifacts: t.field({ type: [BackupArtifact], resolve: (run) => artifactsOf(reportOf(run)) }),
  }),
})

const CancelOperationInput = builder.inputType('CancelOperationInput', {
  fields: (t) => ({ id: t.id({ required: true }) }),
})
interface CancelShape {
  readonly __typename: string
  readonly run: RunRecord
}
const CancelOperationSuccess = builder.objectRef<CancelShape>('CancelOperationSuccess')
CancelOperationSuccess.implement({
  fields: (t) => ({ operation: t.field({ type: OperationRun, resolve: ({ run }) => run }) }),
})
const CancelOperationResult = resultUnion('CancelOperationResult', [
  CancelOperationSuccess,
  NotFoundError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  cancelOperation: t.field({
    type: CancelOperationResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: CancelOperationInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const id = runIdOf(input.id)
      const run = id === null ? null : await cancelOperation(context, id)
      return run === null
        ? notFoundError(input.id, 'No operation with this id is running.')
        : { __typename: 'CancelOperationSuccess', run }
    },
  }),
}))

builder.subscriptionType({
  fields: (t) => ({
    operationProgressed: t.field({
      type: OperationRun,
      nullable: true,
      description: 'The run as it goes on; ends with it.',
      ...withDirectives(requiresRole('OPERATOR')),
      args: { id: t.arg.id({ required: true }) },
      subscribe: (_, { id }, { admin }) => {
        const runId = runIdOf(id)
        if (runId === null) throw new AppError('NOT_FOUND', '`id` is not the id of an operation.')
        return watchOperation(admin.pool, runId)
      },
      resolve: (run) => run,
    }),
  }),
})
