import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import { evaluateReleaseGate } from '../../ops/gate/evaluate.ts'
import type { CheckReport } from '../../ops/run/summary.ts'
import { builder } from '../base/builder.ts'
import { Check } from '../base/check.ts'
import { withDirectives } from '../base/directives.ts'
import { Node } from '../base/node.ts'
import { OperationRun, reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { RollbackPlan, readRollbackPlan } from './rollback-plan.ts'
import { ForbiddenError } from '../base/user-errors.ts'

const ReleaseGate = builder.objectRef<RunRecord>('ReleaseGate')
ReleaseGate.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    checks: t.field({ type: [Check], resolve: (run) => (reportOf(run)['checks'] ?? []) as CheckReport[] }),
    rollback: t.field({ type: RollbackPlan, resolve: (_, __, { admin }) => readRollbackPlan(admin) }),
  }),
})

const EvaluateReleaseGateInput = builder.inputType('EvaluateReleaseGateInput', {
  fields: (t) => ({ only: t.stringList(), gitCommit: t.string() }),
})

const EvaluateReleaseGateSuccess = builder.objectRef<OperationSuccess>('EvaluateReleaseGateSuccess')
EvaluateReleaseGateSuccess.implement({
  fields: (t) => ({ gate: t.field({ type: ReleaseGate, resolve: ({ run }) => run }) }),
})

const EvaluateReleaseGateResult = resultUnion('EvaluateReleaseGateResult', [
  EvaluateReleaseGateSuccess,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  evaluateReleaseGate: t.field({
    type: EvaluateReleaseGateResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: EvaluateReleaseGateInput, required: true }) },
    resolve: (_, { input }, context) =>
      runForMutation(
        context,
        { success: 'EvaluateReleaseGateSuccess', kind: 'RELEASE_GATE', errors: [] },
        (ctx) =>
          evaluateReleaseGate(ctx, {
            only: input.only ?? undefined,
            gitCommit: input.gitCommit ?? undefined,
          }),
      ),
  }),
}))
