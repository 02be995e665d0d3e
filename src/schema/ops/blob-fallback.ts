import { verifyBlobFallback } from '../../ops/content/verify-blob-fallback.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { GenericOperation } from './generic-operation.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { BackendUnavailableError, ForbiddenError, PreconditionError } from '../base/user-errors.ts'

const VerifyBlobFallbackInput = builder.inputType('VerifyBlobFallbackInput', {
  fields: (t) => ({ simulateOutage: t.boolean({ required: true, defaultValue: true }) }),
})

const VerifyBlobFallbackSuccess = builder.objectRef<OperationSuccess>('VerifyBlobFallbackSuccess')
VerifyBlobFallbackSuccess.implement({
  fields: (t) => ({ operation: t.field({ type: GenericOperation, resolve: ({ run }) => run }) }),
})

const VerifyBlobFallbackResult = resultUnion('VerifyBlobFallbackResult', [
  VerifyBlobFallbackSuccess,
  PreconditionError,
  BackendUnavailableError,
  ForbiddenError,
])

const spec = {
  success: 'VerifyBlobFallbackSuccess',
  kind: 'BLOB_FALLBACK',
  errors: ['PreconditionError', 'BackendUnavailableError'],
} as const

builder.mutationFields((t) => ({
  verifyBlobFallback: t.field({
    type: VerifyBlobFallbackResult,
    nullable: true,
    ...withDirectives(requiresRole('OPERATOR')),
    args: { input: t.arg({ type: VerifyBlobFallbackInput, required: true }) },
    resolve: (_, { input }, context) =>
      runForMutation(context, spec, (ctx) => verifyBlobFallback(ctx, input)),
  }),
}))
