import { getLatestRun, listOperationRuns } from '../../resolvers/operation-run.ts'
import { builder } from '../base/builder.ts'
import { CheckStatus } from '../base/check.ts'
import { connectionOf, pagingArguments, wantedOf } from '../base/connection.ts'
import { withDirectives } from '../base/directives.ts'
import { OperationKind, OperationMode, OperationRun } from './operation-run.ts'
import { requiresRole } from '../base/roles.ts'
import { selectionOf } from '../base/selection.ts'

const OperationRunConnection = connectionOf(
  () => OperationRun as never,
  'OperationRunConnection',
  'OperationRunEdge',
)

export const Ops = builder.objectRef<object>('Ops')
Ops.implement({
  fields: (t) => ({
    ledger: t.field({
      type: OperationRunConnection,
      args: {
        kinds: t.arg({ type: [OperationKind] }),
        modes: t.arg({ type: [OperationMode] }),
        outcomes: t.arg({ type: [CheckStatus] }),
        since: t.arg({ type: 'DateTime' }),
        ...pagingArguments,
      },
      resolve: (_, args, context, info) => listOperationRuns(context, args, wantedOf(selectionOf(info))),
    }),
    latest: t.field({
      type: OperationRun,
      nullable: true,
      args: { kind: t.arg({ type: OperationKind, required: true }) },
      resolve: (_, { kind }, { admin }) => getLatestRun(admin.pool, kind),
    }),
  }),
})

builder.queryFields((t) => ({
  ops: t.field({
    type: Ops,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    resolve: () => ({}),
  }),
}))
