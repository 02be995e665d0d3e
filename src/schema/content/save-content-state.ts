import type { ContentChange as Change, SaveOutcome } from '../../storage/content-store.ts'
import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import type { JsonValue } from '../../domain/json/value.ts'
import { asNode, type ContentStateRecord } from '../../resolvers/content-state.ts'
import { restoreContent, saveContent, type SaveResult } from '../../resolvers/edit/save-content.ts'
import { builder } from '../base/builder.ts'
import { ContentState, ContentVersion } from './content-state.ts'
import type { Context } from '../base/context.ts'
import { DiffCounts } from '../history/diff-counts.ts'
import { withDirectives } from '../base/directives.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { backendKind } from './storage-status.ts'
import { StorageBackendKind } from './storage.ts'
import {
  BackendUnavailableError,
  backendUnavailableError,
  ConflictError,
  ForbiddenError,
  ValidationError,
  validationError,
  type ConflictErrorShape,
  type UserErrorShape,
} from '../base/user-errors.ts'

const ContentChange = builder.inputType('ContentChange', {
  description: 'The whole state, or an RFC 6902 patch, or an RFC 7396 merge patch.',
  isOneOf: true,
  fields: (t) => ({
    state: t.field({ type: 'JSON' }),
    patch: t.field({ type: 'JSON' }),
    mergePatch: t.field({ type: 'JSON' }),
  }),
})

const SaveContentStateInput = builder.inputType('SaveContentStateInput', {
  fields: (t) => ({
    expectedVersion: t.int({ required: true }),
    change: t.field({ type: ContentChange, required: true }),
    note: t.string(),
    dryRun: t.boolean({ required: true, defaultValue: false }),
  }),
})

const RestoreContentStateInput = builder.inputType('RestoreContentStateInput', {
  fields: (t) => ({
    version: t.int({ required: true }),
    expectedVersion: t.int({ required: true }),
    note: t.string(),
  }),
})

interface SuccessShape {
  readonly __typename: 'SaveContentStateSuccess'
  readonly saved: SaveOutcome
  readonly contentState: ContentStateRecord
}
const SaveContentStateSuccess = builder.objectRef<SuccessShape>('SaveContentStateSuccess')
SaveContentStateSuccess.implement({
  fields: (t) => ({
    contentState: t.field({ type: ContentState, resolve: ({ contentState }) => contentState }),
    version: t.field({
      type: ContentVersion,
      nullable: true,
      resolve: ({ saved }) => (saved.writtenTo.length > 0 ? asNode(saved.contentState) : null),
    }),
    writtenTo: t.field({
      type: [StorageBackendKind],
      description: 'Backends written, in order.',
      resolve: ({ saved }) => saved.writtenTo.map(backendKind),
    }),
    graphChanges: t.field({ type: DiffCounts, resolve: ({ saved }) => saved.graphChanges }),
  }),
})

const SaveContentStateResult = resultUnion('SaveContentStateResult', [
  SaveContentStateSuccess,
  ValidationError,
  ConflictError,
  BackendUnavailableError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  saveContentState: t.field({
    type: SaveContentStateResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: SaveContentStateInput, required: true }) },
    resolve: async (_, { input }, context) => {
      const change = input.change as Change
      return toShape(context, await saveContent(context, { ...input, change }))
    },
  }),
  restoreContentState: t.field({
    type: SaveContentStateResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: RestoreContentStateInput, required: true }) },
    resolve: async (_, { input }, context) => toShape(context, await restoreContent(context, input)),
  }),
}))

function toShape({ admin }: Context, result: SaveResult): SuccessShape | UserErrorShape {
  switch (result.kind) {
    case 'saved': {
      const { createdAt, createdBy, ...facts } = result.saved.contentState
      const contentState = {
        ...facts,
        backend: admin.storage.active,
        updatedAt: createdAt,
        updatedBy: createdBy,
      }
      return { __typename: 'SaveContentStateSuccess', saved: result.saved, contentState }
    }
    case 'invalid':
      return validationError(result.issues)
    case 'conflict':
      return conflictError(result)
    case 'unavailable':
      return backendUnavailableError(result.message, result.status)
  }
}

function conflictError(conflict: Extract<SaveResult, { kind: 'conflict' }>): ConflictErrorShape {
  const { error, current } = conflict
  const id = encodeGlobalId('ContentVersion', String(error.currentVersion))
  return {
    __typename: 'ConflictError',
    code: 'CONFLICT',
    message: error.message,
    expectedRevision: error.expectedVersion,
    currentRevision: error.currentVersion,
    current: current === null ? null : id,
    suggestedMerge: conflict.suggestedMerge satisfies JsonValue | undefined,
  }
}
