import { AppError } from '../../errors.ts'
import { nameOfLookup } from '../../database/graph/find-subjects.ts'
import { rebuildDerivatives } from '../../ops/load/rebuild-derivatives.ts'
import { getMedia, type MediaLookupArgument } from '../../resolvers/media.ts'
import { builder } from '../base/builder.ts'
import type { Context } from '../base/context.ts'
import { withDirectives } from '../base/directives.ts'
import { GenericOperation } from './generic-operation.ts'
import { MediaLookup } from '../graph/media.ts'
import { reportOf } from './operation-run.ts'
import { runForMutation, type OperationSuccess } from './operation-result.ts'
import { OperationMode } from './operation-run.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { BackendUnavailableError, ForbiddenError } from '../base/user-errors.ts'

const RebuildDerivativesInput = builder.inputType('RebuildDerivativesInput', {
  fields: (t) => ({
    media: t.field({ type: [MediaLookup] }),
    onlyStale: t.boolean({ required: true, defaultValue: true }),
    mode: t.field({ type: OperationMode, required: true, defaultValue: 'DRY_RUN' }),
  }),
})

const RebuildDerivativesSuccess = builder.objectRef<OperationSuccess>('RebuildDerivativesSuccess')
RebuildDerivativesSuccess.implement({
  fields: (t) => ({
    rebuilt: t.int({ resolve: ({ run }) => countOf(reportOf(run)['rebuilt']) }),
    skipped: t.int({ resolve: ({ run }) => countOf(reportOf(run)['skipped']) }),
    operation: t.field({ type: GenericOperation, resolve: ({ run }) => run }),
  }),
})
const RebuildDerivativesResult = resultUnion('RebuildDerivativesResult', [
  RebuildDerivativesSuccess,
  BackendUnavailableError,
  ForbiddenError,
])

const spec = {
  success: 'RebuildDerivativesSuccess',
  kind: 'IMPORT',
  errors: ['BackendUnavailableError'],
} as const

builder.mutationFields((t) => ({
  rebuildDerivatives: t.field({
    type: RebuildDerivativesResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: RebuildDerivativesInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const media = input.media == null ? undefined : await idsOf(context, input.media)
      const options = { media, onlyStale: input.onlyStale, apply: input.mode === 'APPLY' }
      return runForMutation(context, spec, (ctx) => rebuildDerivatives(ctx, options))
    },
  }),
}))

/** Zero while the run is in progress. */
function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function idsOf(context: Context, lookups: readonly MediaLookupArgument[]): Promise<string[]> {
  return Promise.all(
    lookups.map(async (lookup) => {
      const found = await getMedia(context, lookup)
      if (found !== null) return found.id
      throw new AppError('BAD_REQUEST', `There is no media object ${nameOfLookup(lookup)}.`, {
        argument: 'media',
      })
    }),
  )
}
