import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { deleteMedia, updateMedia } from '../../resolvers/edit/change-media.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { MediaLookup } from '../graph/media.ts'
import { mediaSuccess } from './media-upload.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import {
  ConflictError,
  ForbiddenError,
  InUseError,
  NotFoundError,
  ValidationError,
} from '../base/user-errors.ts'

const PointInput = builder.inputType('PointInput', {
  fields: (t) => ({ x: t.float({ required: true }), y: t.float({ required: true }) }),
})
const UpdateMediaInput = builder.inputType('UpdateMediaInput', {
  fields: (t) => ({
    by: t.field({ type: MediaLookup, required: true }),
    expectedRevision: t.int({ required: true }),
    alt: t.string(),
    caption: t.string(),
    credit: t.string(),
    license: t.field({ type: 'URL' }),
    focalPoint: t.field({ type: PointInput }),
  }),
})
const DeleteMediaInput = builder.inputType('DeleteMediaInput', {
  fields: (t) => ({
    by: t.field({ type: MediaLookup, required: true }),
    expectedRevision: t.int({ required: true }),
    force: t.boolean({ required: true, defaultValue: false }),
  }),
})

const UpdateMediaSuccess = mediaSuccess('UpdateMediaSuccess')
const UpdateMediaResult = resultUnion('UpdateMediaResult', [
  UpdateMediaSuccess,
  ValidationError,
  NotFoundError,
  ConflictError,
  ForbiddenError,
])

const DeleteMediaSuccess = builder.objectRef<{ readonly __typename: string; readonly id: string }>(
  'DeleteMediaSuccess',
)
DeleteMediaSuccess.implement({
  fields: (t) => ({ deletedId: t.id({ resolve: ({ id }) => encodeGlobalId('MediaObject', id) }) }),
})
const DeleteMediaResult = resultUnion('DeleteMediaResult', [
  DeleteMediaSuccess,
  NotFoundError,
  ConflictError,
  InUseError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  updateMedia: t.field({
    type: UpdateMediaResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: UpdateMediaInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await updateMedia(context, input), (mediaId) => ({
        __typename: 'UpdateMediaSuccess',
        mediaId,
      })),
  }),
  deleteMedia: t.field({
    type: DeleteMediaResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: DeleteMediaInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await deleteMedia(context, input), (id) => ({ __typename: 'DeleteMediaSuccess', id })),
  }),
}))
