import { restoreEntity } from '../../resolvers/edit/restore-entity.ts'
import { createEntity, updateEntity, type ChangedEntity } from '../../resolvers/edit/write-entity.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { entitySuccess } from './entity-success.ts'
import { PublicationStatus } from '../graph/filters.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { SourceInput } from './source-input.ts'
import {
  ConflictError,
  DuplicateError,
  ForbiddenError,
  NotFoundError,
  ValidationError,
} from '../base/user-errors.ts'

const CreateEntityInput = builder.inputType('CreateEntityInput', {
  fields: (t) => ({
    slug: t.field({ type: 'Key', required: true }),
    kind: t.field({ type: 'Key', required: true }),
    title: t.string({ required: true }),
    domain: t.field({ type: 'Key' }),
    summary: t.string(),
    url: t.field({ type: 'URL' }),
    status: t.field({ type: PublicationStatus, required: true, defaultValue: 'DRAFT' }),
    tags: t.stringList({ required: true, defaultValue: [] }),
    attributes: t.field({ type: 'JSON' }),
    source: t.field({ type: SourceInput }),
  }),
})
const UpdateEntityInput = builder.inputType('UpdateEntityInput', {
  description: 'A field left out stays; null clears it.',
  fields: (t) => ({
    by: t.field({ type: EntityLookup, required: true }),
    expectedRevision: t.int({ required: true }),
    title: t.string(),
    domain: t.field({ type: 'Key' }),
    summary: t.string(),
    url: t.field({ type: 'URL' }),
    status: t.field({ type: PublicationStatus }),
    tags: t.stringList(),
    attributes: t.field({ type: 'JSON' }),
    attributesPatch: t.field({ type: 'JSON' }),
    source: t.field({ type: SourceInput }),
  }),
})
const RestoreEntityInput = builder.inputType('RestoreEntityInput', {
  fields: (t) => ({
    by: t.field({ type: EntityLookup, required: true }),
    revision: t.int({ required: true }),
    expectedRevision: t.int({ required: true }),
  }),
})

const CreateEntitySuccess = entitySuccess<{ readonly id: string }>('CreateEntitySuccess')
const CreateEntityResult = resultUnion('CreateEntityResult', [
  CreateEntitySuccess,
  ValidationError,
  DuplicateError,
  NotFoundError,
  ForbiddenError,
])

const UpdateEntitySuccess = entitySuccess<ChangedEntity>('UpdateEntitySuccess')
builder.objectFields(UpdateEntitySuccess, (t) => ({ patch: t.expose('patch', { type: 'JSON' }) }))
const UpdateEntityResult = resultUnion('UpdateEntityResult', [
  UpdateEntitySuccess,
  ValidationError,
  NotFoundError,
  ConflictError,
  ForbiddenError,
])
const toUpdated = (changed: ChangedEntity) => ({ __typename: 'UpdateEntitySuccess', ...changed })

builder.mutationFields((t) => ({
  createEntity: t.field({
    type: CreateEntityResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: CreateEntityInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await createEntity(context, input), (id) => ({ __typename: 'CreateEntitySuccess', id })),
  }),
  updateEntity: t.field({
    type: UpdateEntityResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: UpdateEntityInput, required: true }) },
    resolve: async (_, { input }, context) => answerOf(await updateEntity(context, input), toUpdated),
  }),
  restoreEntity: t.field({
    type: UpdateEntityResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: RestoreEntityInput, required: true }) },
    resolve: async (_, { input }, context) => answerOf(await restoreEntity(context, input), toUpdated),
  }),
}))
