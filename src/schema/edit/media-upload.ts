import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import {
  completeMediaUpload,
  createMediaUpload,
  type CreatedUpload,
} from '../../resolvers/edit/media-upload.ts'
import { getMedia } from '../../resolvers/media.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { MediaObject } from '../graph/media.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import {
  BackendUnavailableError,
  ForbiddenError,
  NotFoundError,
  ValidationError,
} from '../base/user-errors.ts'

const CreateMediaUploadInput = builder.inputType('CreateMediaUploadInput', {
  fields: (t) => ({
    key: t.field({ type: 'Key', required: true }),
    mimeType: t.string({ required: true }),
    byteSize: t.field({ type: 'Long', required: true }),
    sha256: t.field({ type: 'SHA256', required: true }),
  }),
})
const CompleteMediaUploadInput = builder.inputType('CompleteMediaUploadInput', {
  fields: (t) => ({
    uploadId: t.id({ required: true }),
    alt: t.string(),
    caption: t.string(),
    entities: t.field({ type: [EntityLookup], required: true, defaultValue: [] }),
  }),
})

const CreateMediaUploadSuccess = builder.objectRef<CreatedUpload & { readonly __typename: string }>(
  'CreateMediaUploadSuccess',
)
CreateMediaUploadSuccess.implement({
  fields: (t) => ({
    uploadId: t.id({ resolve: ({ upload }) => upload.id }),
    uploadUrl: t.field({
      type: 'URL',
      resolve: ({ upload }, _, { baseUrl }) => `${baseUrl}/api/uploads/${upload.id}`,
    }),
    method: t.string({ resolve: () => 'PUT' }),
    headers: t.field({ type: 'JSON', resolve: ({ upload }) => ({ 'content-type': upload.mimeType }) }),
    expiresAt: t.field({ type: 'DateTime', resolve: ({ upload }) => upload.expiresAt.toISOString() }),
    existing: t.field({
      type: MediaObject,
      nullable: true,
      description: 'Set if these bytes are stored already.',
      resolve: ({ existing }, _, context) =>
        existing === null ? null : getMedia(context, { id: encodeGlobalId('MediaObject', existing) }),
    }),
  }),
})
const CreateMediaUploadResult = resultUnion('CreateMediaUploadResult', [
  CreateMediaUploadSuccess,
  ValidationError,
  BackendUnavailableError,
  ForbiddenError,
])

interface MediaShape {
  readonly __typename: string
  readonly mediaId: string
}
export function mediaSuccess(name: string) {
  const success = builder.objectRef<MediaShape>(name)
  success.implement({
    fields: (t) => ({
      media: t.field({
        type: MediaObject,
        resolve: ({ mediaId }, _, context) =>
          getMedia(context, { id: encodeGlobalId('MediaObject', mediaId) }) as never,
      }),
    }),
  })
  return success
}

const CompleteMediaUploadSuccess = mediaSuccess('CompleteMediaUploadSuccess')
const CompleteMediaUploadResult = resultUnion('CompleteMediaUploadResult', [
  CompleteMediaUploadSuccess,
  ValidationError,
  NotFoundError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  createMediaUpload: t.field({
    type: CreateMediaUploadResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: CreateMediaUploadInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await createMediaUpload(context, input), (created) => ({
        __typename: 'CreateMediaUploadSuccess',
        ...created,
      })),
  }),
  completeMediaUpload: t.field({
    type: CompleteMediaUploadResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: CompleteMediaUploadInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await completeMediaUpload(context, input), (mediaId) => ({
        __typename: 'CompleteMediaUploadSuccess',
        mediaId,
      })),
  }),
}))
