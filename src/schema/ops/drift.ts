import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import { detectKnowledgeDrift, type DriftReport as Report } from '../../ops/parity/detect-drift.ts'
import { builder } from '../base/builder.ts'
import { CheckStatus } from '../base/check.ts'
import { forwardArguments } from '../base/connection.ts'
import { DiffCounts } from '../history/diff-counts.ts'
import { withDirectives } from '../base/directives.ts'
import { GraphChangeConnection, pageDifferences } from '../history/graph-change.ts'
import { Node } from '../base/node.ts'
import { endedFact, OperationRun, reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { BackendUnavailableError, ForbiddenError, ValidationError } from '../base/user-errors.ts'

const reportOfDrift = (run: RunRecord): Partial<Report> => reportOf(run)

const DriftReport = builder.objectRef<RunRecord>('DriftReport')
DriftReport.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    legacyHash: t.field({
      type: 'SHA256',
      resolve: (run) => endedFact(reportOfDrift(run).legacyHash, 'legacyHash', run),
    }),
    databaseHash: t.field({
      type: 'SHA256',
      resolve: (run) => endedFact(reportOfDrift(run).databaseHash, 'databaseHash', run),
    }),
    counts: t.field({
      type: DiffCounts,
      resolve: (run) => endedFact(reportOfDrift(run).counts, 'counts', run),
    }),
    differences: t.field({
      type: GraphChangeConnection,
      args: forwardArguments,
      resolve: (run, args, context) =>
        pageDifferences(reportOfDrift(run).differences, args, context, ['drift', run.id]),
    }),
  }),
})

const CheckDriftInput = builder.inputType('CheckDriftInput', {
  fields: (t) => ({
    legacyUrl: t.field({ type: 'URL' }),
    failOn: t.field({ type: CheckStatus, required: true, defaultValue: 'FAIL' }),
  }),
})

const CheckDriftSuccess = builder.objectRef<OperationSuccess>('CheckDriftSuccess')
CheckDriftSuccess.implement({
  fields: (t) => ({ report: t.field({ type: DriftReport, resolve: ({ run }) => run }) }),
})

const CheckDriftResult = resultUnion('CheckDriftResult', [
  CheckDriftSuccess,
  ValidationError,
  BackendUnavailableError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  checkDrift: t.field({
    type: CheckDriftResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: CheckDriftInput, required: true }) },
    resolve: (_, { input }, context) =>
      runForMutation(
        context,
        {
          success: 'CheckDriftSuccess',
          kind: 'DRIFT',
          errors: ['ValidationError', 'BackendUnavailableError'],
        },
        (ctx) =>
          detectKnowledgeDrift(ctx, {
            legacyUrl: input.legacyUrl ?? undefined,
            failOn: input.failOn === 'WARN' ? 'WARN' : 'FAIL',
          }),
      ),
  }),
}))
