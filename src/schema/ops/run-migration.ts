import type { OperationRun as RunRecord } from '../../database/operations/runs.ts'
import type { ContentIssue } from '../../domain/constellation/content-issue.ts'
import { isJsonObject } from '../../domain/json/value.ts'
import { findRequestProblems, runMigration } from '../../ops/migrations/run-migration.ts'
import { findMigrationRunByKey } from '../../resolvers/migration.ts'
import { builder } from '../base/builder.ts'
import type { Context } from '../base/context.ts'
import { withDirectives } from '../base/directives.ts'
import { MigrationRun } from './migration.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { OperationMode } from './operation-run.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import {
  AlreadyRunningError,
  ForbiddenError,
  NotFoundError,
  notFoundError,
  PreconditionError,
  UserError,
  ValidationError,
  validationError,
  type UserErrorShape,
} from '../base/user-errors.ts'

interface PlanMismatchShape extends UserErrorShape {
  readonly givenPlanHash: string
  readonly freshRun: RunRecord
}
const PlanMismatchError = builder.objectRef<PlanMismatchShape>('PlanMismatchError')
PlanMismatchError.implement({
  interfaces: [UserError],
  fields: (t) => ({
    givenPlanHash: t.expose('givenPlanHash', { type: 'SHA256' }),
    freshRun: t.field({ type: MigrationRun, resolve: ({ freshRun }) => freshRun }),
  }),
})

const RunMigrationInput = builder.inputType('RunMigrationInput', {
  description: 'DRY_RUN unless told. APPLY needs the planHash of a dry run.',
  fields: (t) => ({
    name: t.field({ type: 'Key', required: true }),
    mode: t.field({ type: OperationMode, required: true, defaultValue: 'DRY_RUN' }),
    planHash: t.field({ type: 'SHA256' }),
    idempotencyKey: t.string(),
    backupFirst: t.boolean({ required: true, defaultValue: true }),
    parameters: t.field({ type: 'JSON' }),
  }),
})

const RunMigrationSuccess = builder.objectRef<OperationSuccess>('RunMigrationSuccess')
RunMigrationSuccess.implement({
  fields: (t) => ({ run: t.field({ type: MigrationRun, resolve: ({ run }) => run }) }),
})

const RunMigrationResult = resultUnion('RunMigrationResult', [
  RunMigrationSuccess,
  ValidationError,
  NotFoundError,
  PreconditionError,
  PlanMismatchError,
  AlreadyRunningError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  runMigration: t.field({
    type: RunMigrationResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: RunMigrationInput, required: true }) },
    resolve: (_, { input }, context) => run(context, input),
  }),
}))

async function run(
  context: Context,
  input: typeof RunMigrationInput.$inferInput,
): Promise<OperationSuccess | UserErrorShape> {
  const { name, mode, planHash, idempotencyKey: key, backupFirst } = input
  const issues = [...parameterIssues(input.parameters), ...planIssues(input)]
  const parameters = issues.length > 0 ? {} : ((input.parameters ?? {}) as Record<string, string>)
  const options = {
    name,
    apply: mode === 'APPLY',
    planHash,
    parameters,
    idempotencyKey: key,
    backupFirst: backupFirst ?? true,
  }
  const { isKnown, problems } = await findRequestProblems(options)
  if (!isKnown) return notFoundError(name, problems.join(' '))
  issues.push(
    ...problems.map((message) => ({ pointer: '/parameters', message, rule: 'migration.parameter' })),
  )
  if (issues.length > 0) return validationError(issues)
  const former =
    key == null
      ? null
      : await findMigrationRunByKey(context.admin.pool, { name, mode: mode ?? 'DRY_RUN', key })
  if (former !== null) return { __typename: 'RunMigrationSuccess', run: former }
  return runForMutation(
    context,
    {
      success: 'RunMigrationSuccess',
      kind: 'MIGRATION',
      errors: ['ValidationError', 'NotFoundError', 'PreconditionError', 'AlreadyRunningError'],
      toError: (code, freshRun, { message }) =>
        code === 'plan-mismatch' && planHash != null ? planMismatchError(message, planHash, freshRun) : null,
    },
    (ctx) => runMigration(ctx, options),
  )
}

function planMismatchError(message: string, givenPlanHash: string, freshRun: RunRecord): PlanMismatchShape {
  return { __typename: 'PlanMismatchError', code: 'PLAN_MISMATCH', message, givenPlanHash, freshRun }
}

function parameterIssues(parameters: unknown): ContentIssue[] {
  if (parameters == null) return []
  if (!isJsonObject(parameters))
    return [{ pointer: '/parameters', message: '`parameters` must be an object of strings.', rule: 'type' }]
  return Object.entries(parameters)
    .filter(([, value]) => typeof value !== 'string')
    .map(([name]) => ({
      pointer: `/parameters/${name}`,
      message: `The parameter \`${name}\` must be a string.`,
      rule: 'type',
    }))
}

function planIssues({ mode, planHash }: typeof RunMigrationInput.$inferInput): ContentIssue[] {
  if (mode === 'APPLY' && planHash == null)
    return [
      {
        pointer: '/planHash',
        message: 'APPLY needs the `planHash` of a dry run: run it with DRY_RUN first.',
        rule: 'required',
      },
    ]
  if (mode !== 'APPLY' && planHash != null)
    return [
      {
        pointer: '/planHash',
        message: '`planHash` belongs to APPLY; a dry run makes its own plan.',
        rule: 'migration.plan',
      },
    ]
  return []
}
