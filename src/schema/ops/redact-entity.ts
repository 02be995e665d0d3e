import { redactEntity } from '../../ops/load/redact-entity.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { GenericOperation } from './generic-operation.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { endedFact, OperationMode, reportOf, summaryOf } from './operation-run.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import {
  AlreadyRunningError,
  ForbiddenError,
  NotFoundError,
  PreconditionError,
  ValidationError,
  validationError,
} from '../base/user-errors.ts'

const RedactEntityInput = builder.inputType('RedactEntityInput', {
  description: 'DRY_RUN unless told. APPLY needs the planHash of a dry run, and cannot be undone.',
  fields: (t) => ({
    slug: t.field({
      type: 'Key',
      required: true,
      description: 'The last slug, if the entity is gone already.',
    }),
    keepEntity: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Erase what it was, and the excerpts of its sources; keep what it is now.',
    }),
    reason: t.string({ required: true }),
    mode: t.field({ type: OperationMode, required: true, defaultValue: 'DRY_RUN' }),
    planHash: t.field({ type: 'SHA256' }),
  }),
})

const RedactEntitySuccess = builder.objectRef<OperationSuccess>('RedactEntitySuccess')
RedactEntitySuccess.implement({
  fields: (t) => ({
    planHash: t.field({
      type: 'SHA256',
      resolve: ({ run }) => endedFact(summaryOf(run)?.planHash, 'planHash', run),
    }),
    backups: t.stringList({
      description: 'Ids of backups that may hold it. Delete them, and copies of them.',
      resolve: ({ run }) => (reportOf(run)['backups'] ?? []) as string[],
    }),
    warnings: t.stringList({ resolve: ({ run }) => summaryOf(run)?.warnings ?? [] }),
    operation: t.field({ type: GenericOperation, resolve: ({ run }) => run }),
  }),
})

const RedactEntityResult = resultUnion('RedactEntityResult', [
  RedactEntitySuccess,
  ValidationError,
  NotFoundError,
  PreconditionError,
  AlreadyRunningError,
  ForbiddenError,
])

const spec = {
  success: 'RedactEntitySuccess',
  kind: 'REDACTION',
  errors: ['ValidationError', 'NotFoundError', 'PreconditionError', 'AlreadyRunningError'],
} as const

builder.mutationFields((t) => ({
  redactEntity: t.field({
    type: RedactEntityResult,
    nullable: true,
    description:
      'Erases an entity for good, with all that the history holds of it. Its places in the feed stay, without content.',
    ...withDirectives(requiresRole('ADMIN')),
    args: { input: t.arg({ type: RedactEntityInput, required: true }) },
    resolve: async (_, { input: { mode, ...input } }, context) => {
      const apply = mode === 'APPLY'
      if (apply && input.planHash == null)
        return validationError([
          {
            pointer: '/planHash',
            message: 'APPLY needs the `planHash` of a dry run: run it with DRY_RUN first.',
            rule: 'required',
          },
        ])
      const options = { ...input, keepEntity: input.keepEntity ?? false, apply }
      return runForMutation(context, spec, (ctx) => redactEntity(ctx, options))
    },
  }),
}))
