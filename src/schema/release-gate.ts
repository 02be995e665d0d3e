import type { OperationRun as RunRecord } from '../database/operation-runs.ts'
import { evaluateReleaseGate } from '../ops/evaluate-release-gate.ts'
import type { CheckReport } from '../ops/operation-summary.ts'
import { builder } from './builder.ts'
import { Check } from './check.ts'
import { withDirectives } from './directives.ts'
import { Node } from './node.ts'
import { OperationRun, reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { resultUnion } from './result-union.ts'
import { requiresRole } from './roles.ts'
import { RollbackPlan, readRollbackPlan } from './rollback-plan.ts'
import { ForbiddenError } from './user-errors.ts'

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
