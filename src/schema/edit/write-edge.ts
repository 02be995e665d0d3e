import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { findListEdge } from '../../resolvers/edge.ts'
import { createEdge, deleteEdge, updateEdge, type DeletedEdge } from '../../resolvers/edit/write-edge.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { edgeFields } from '../graph/edge-fields.ts'
import { edgeTypeOf } from '../base/connection.ts'
import { GraphEdge, GraphEdgeConnection } from '../graph/edge.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { entityFields } from '../graph/entity-fields.ts'
import { Entity } from '../graph/entity.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { selectionOf } from '../base/selection.ts'
import { SourceInput } from './source-input.ts'
import {
  ConflictError,
  DuplicateError,
  ForbiddenError,
  NotFoundError,
  ValidationError,
} from '../base/user-errors.ts'

const CreateEdgeInput = builder.inputType('CreateEdgeInput', {
  fields: (t) => ({
    relation: t.field({ type: 'Key', required: true }),
    source: t.field({ type: EntityLookup, required: true }),
    target: t.field({ type: EntityLookup, required: true }),
    label: t.string(),
    weight: t.float(),
    attributes: t.field({ type: 'JSON' }),
    from: t.field({ type: SourceInput }),
  }),
})
const UpdateEdgeInput = builder.inputType('UpdateEdgeInput', {
  fields: (t) => ({
    id: t.id({ required: true }),
    expectedRevision: t.int({ required: true }),
    label: t.string(),
    weight: t.float(),
    attributes: t.field({ type: 'JSON' }),
  }),
})
const DeleteEdgeInput = builder.inputType('DeleteEdgeInput', {
  fields: (t) => ({ id: t.id({ required: true }), expectedRevision: t.int({ required: true }) }),
})

function edgeSuccess(name: string) {
  const Success = builder.objectRef<{ readonly __typename: string; readonly id: string }>(name)
  Success.implement({
    fields: (t) => ({
      edge: t.field({
        type: GraphEdge,
        resolve: ({ id }, _, { reader }, info) => reader.edge(id, edgeFields(selectionOf(info))) as never,
      }),
    }),
  })
  return Success
}
const CreateEdgeSuccess = edgeSuccess('CreateEdgeSuccess')
builder.objectFields(CreateEdgeSuccess, (t) => ({
  connectionEdge: t.field({
    type: edgeTypeOf(GraphEdgeConnection),
    resolve: ({ id }, _, context, info) =>
      findListEdge(context, id, edgeFields(selectionOf(info).of('node'))),
  }),
}))
const CreateEdgeResult = resultUnion('CreateEdgeResult', [
  CreateEdgeSuccess,
  ValidationError,
  DuplicateError,
  NotFoundError,
  ForbiddenError,
])
const UpdateEdgeSuccess = edgeSuccess('UpdateEdgeSuccess')
const UpdateEdgeResult = resultUnion('UpdateEdgeResult', [
  UpdateEdgeSuccess,
  ValidationError,
  NotFoundError,
  ConflictError,
  ForbiddenError,
])

const DeleteEdgeSuccess = builder.objectRef<DeletedEdge & { readonly __typename: string }>(
  'DeleteEdgeSuccess',
)
DeleteEdgeSuccess.implement({
  fields: (t) => {
    const end = (name: 'source' | 'target') =>
      t.field({
        type: Entity,
        resolve: ({ [name]: slug }, _, { reader }, info) =>
          reader.entity({ by: 'slug', slug }, entityFields(selectionOf(info))) as never,
      })
    return {
      deletedId: t.id({ resolve: ({ id }) => encodeGlobalId('GraphEdge', id) }),
      source: end('source'),
      target: end('target'),
    }
  },
})
const DeleteEdgeResult = resultUnion('DeleteEdgeResult', [
  DeleteEdgeSuccess,
  NotFoundError,
  ConflictError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  createEdge: t.field({
    type: CreateEdgeResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: CreateEdgeInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await createEdge(context, input), (id) => ({ __typename: 'CreateEdgeSuccess', id })),
  }),
  updateEdge: t.field({
    type: UpdateEdgeResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: UpdateEdgeInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await updateEdge(context, input), (id) => ({ __typename: 'UpdateEdgeSuccess', id })),
  }),
  deleteEdge: t.field({
    type: DeleteEdgeResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: DeleteEdgeInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await deleteEdge(context, input), (gone) => ({ __typename: 'DeleteEdgeSuccess', ...gone })),
  }),
}))
