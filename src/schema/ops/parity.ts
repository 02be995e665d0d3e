import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import type { ParitySide as Side } from '../../ops/parity/store.ts'
import type { TableParity as TableRow } from '../../ops/parity/table-parity.ts'
import { parityScopes, verifyParity, type ParityReport as Report } from '../../ops/parity/verify.ts'
import { backupIdOf } from './backup-artifact.ts'
import { builder } from '../base/builder.ts'
import { CheckStatus } from '../base/check.ts'
import { forwardArguments } from '../base/connection.ts'
import { withDirectives } from '../base/directives.ts'
import { GraphChangeConnection, pageDifferences } from '../history/graph-change.ts'
import { Node } from '../base/node.ts'
import { endedFact, OperationRun, reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { StorageBackendKind } from '../content/storage.ts'
import {
  AlreadyRunningError,
  BackendUnavailableError,
  ForbiddenError,
  ValidationError,
  validationError,
} from '../base/user-errors.ts'

const TableParity = builder.objectRef<TableRow>('TableParity')
TableParity.implement({
  fields: (t) => ({
    table: t.exposeString('table'),
    status: t.expose('status', { type: CheckStatus }),
    leftCount: t.exposeInt('leftCount'),
    rightCount: t.exposeInt('rightCount'),
    onlyLeft: t.exposeInt('onlyLeft'),
    onlyRight: t.exposeInt('onlyRight'),
    different: t.exposeInt('different'),
    leftHash: t.expose('leftHash', { type: 'SHA256' }),
    rightHash: t.expose('rightHash', { type: 'SHA256' }),
  }),
})

const reportOfParity = (run: RunRecord): Partial<Report> => reportOf(run)
const fact = (run: RunRecord, name: 'left' | 'right' | 'leftHash' | 'rightHash'): string =>
  endedFact(reportOfParity(run)[name], name, run)

export const ParityReport = builder.objectRef<RunRecord>('ParityReport')
ParityReport.implement({
  interfaces: [Node, OperationRun],
  fields: (t) => ({
    left: t.string({
      description: 'What was compared, for example NEON with BLOB, or production with a restored backup.',
      resolve: (run) => fact(run, 'left'),
    }),
    right: t.string({ resolve: (run) => fact(run, 'right') }),
    leftHash: t.field({ type: 'SHA256', resolve: (run) => fact(run, 'leftHash') }),
    rightHash: t.field({ type: 'SHA256', resolve: (run) => fact(run, 'rightHash') }),
    tables: t.field({ type: [TableParity], resolve: (run) => reportOfParity(run).tables ?? [] }),
    differences: t.field({
      type: GraphChangeConnection,
      args: forwardArguments,
      resolve: (run, args, context) =>
        pageDifferences(reportOfParity(run).differences, args, context, ['parity', run.id]),
    }),
  }),
})

const ParityScope = builder.enumType('ParityScope', { values: parityScopes })
const ParitySide = builder.inputType('ParitySide', {
  description:
    'One side of a comparison: a storage backend, a deployment whose base URL is on the configured allow-list, or a backup artifact.',
  isOneOf: true,
  fields: (t) => ({
    backend: t.field({ type: StorageBackendKind }),
    deployment: t.field({ type: 'URL' }),
    artifact: t.id(),
  }),
})
const VerifyParityInput = builder.inputType('VerifyParityInput', {
  fields: (t) => ({
    left: t.field({ type: ParitySide, required: true }),
    right: t.field({ type: ParitySide, required: true }),
    scope: t.field({ type: [ParityScope], required: true, defaultValue: [...parityScopes] }),
    tables: t.stringList(),
  }),
})

const VerifyParitySuccess = builder.objectRef<OperationSuccess>('VerifyParitySuccess')
VerifyParitySuccess.implement({
  fields: (t) => ({ report: t.field({ type: ParityReport, resolve: ({ run }) => run }) }),
})
const VerifyParityResult = resultUnion('VerifyParityResult', [
  VerifyParitySuccess,
  ValidationError,
  BackendUnavailableError,
  AlreadyRunningError,
  ForbiddenError,
])

interface GivenSide {
  readonly backend?: Extract<Side, { backend: unknown }>['backend'] | null | undefined
  readonly deployment?: string | null | undefined
  readonly artifact?: string | null | undefined
}

/** Paths are for the command line only; GraphQL names backups by id. */
function toSide({ backend, deployment, artifact }: GivenSide): Side | null {
  if (backend != null) return { backend }
  if (deployment != null) return { deployment }
  const id = backupIdOf(artifact ?? '')
  return id === null ? null : { artifact: id }
}

builder.mutationFields((t) => ({
  verifyParity: t.field({
    type: VerifyParityResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: VerifyParityInput, required: true }) },
    resolve: (_, { input }, context) => {
      const [left, right] = [toSide(input.left), toSide(input.right)]
      if (left === null || right === null)
        return validationError([
          {
            pointer: left === null ? '/left/artifact' : '/right/artifact',
            message: 'Name a backup by its id, the last part of `BackupArtifact.url`.',
            rule: 'artifact.id',
          },
        ])
      const { scope, tables } = input
      return runForMutation(
        context,
        {
          success: 'VerifyParitySuccess',
          kind: 'PARITY',
          errors: ['ValidationError', 'BackendUnavailableError', 'AlreadyRunningError'],
        },
        (ctx) => verifyParity(ctx, { left, right, scope, tables: tables ?? undefined }),
      )
    },
  }),
}))
