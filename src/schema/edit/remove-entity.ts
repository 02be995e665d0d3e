import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { deleteEntity, type DeletedEntity } from '../../resolvers/edit/delete-entity.ts'
import { mergeEntities, type MergedEntities } from '../../resolvers/edit/merge-entities.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { entityIds, entitySuccess } from './entity-success.ts'
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

const OnDelete = builder.enumType('OnDelete', { values: ['REFUSE', 'CASCADE'] as const })
const DeleteEntityInput = builder.inputType('DeleteEntityInput', {
  fields: (t) => ({
    by: t.field({ type: EntityLookup, required: true }),
    expectedRevision: t.int({ required: true }),
    edges: t.field({ type: OnDelete, required: true, defaultValue: 'REFUSE' }),
  }),
})
const MergeEntitiesInput = builder.inputType('MergeEntitiesInput', {
  fields: (t) => ({
    into: t.field({ type: EntityLookup, required: true }),
    from: t.field({ type: [EntityLookup], required: true }),
  }),
})

const DeleteEntitySuccess = builder.objectRef<DeletedEntity & { readonly __typename: string }>(
  'DeleteEntitySuccess',
)
DeleteEntitySuccess.implement({
  fields: (t) => ({
    deletedId: t.id({ resolve: ({ id }) => encodeGlobalId('Entity', id) }),
    deletedEdgeIds: t.idList({
      resolve: ({ edgeIds }) => edgeIds.map((id) => encodeGlobalId('GraphEdge', id)),
    }),
  }),
})
const DeleteEntityResult = resultUnion('DeleteEntityResult', [
  DeleteEntitySuccess,
  NotFoundError,
  ConflictError,
  InUseError,
  ForbiddenError,
])

const MergeEntitiesSuccess = entitySuccess<MergedEntities>('MergeEntitiesSuccess')
builder.objectFields(MergeEntitiesSuccess, (t) => ({
  mergedIds: t.idList({ resolve: ({ mergedIds }) => entityIds(mergedIds) }),
  redirects: t.exposeInt('redirects'),
}))
const MergeEntitiesResult = resultUnion('MergeEntitiesResult', [
  MergeEntitiesSuccess,
  ValidationError,
  NotFoundError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  deleteEntity: t.field({
    type: DeleteEntityResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: DeleteEntityInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await deleteEntity(context, input), (gone) => ({
        __typename: 'DeleteEntitySuccess',
        ...gone,
      })),
  }),
  mergeEntities: t.field({
    type: MergeEntitiesResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: MergeEntitiesInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await mergeEntities(context, input), (merged) => ({
        __typename: 'MergeEntitiesSuccess',
        ...merged,
      })),
  }),
}))
