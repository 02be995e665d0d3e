import { tagEntities } from '../../resolvers/edit/tag-entities.ts'
import { builder } from '../base/builder.ts'
import { withDirectives } from '../base/directives.ts'
import { EntityLookup } from '../graph/entity-connection.ts'
import { Entity } from '../graph/entity.ts'
import { readWritten } from './entity-success.ts'
import { answerOf } from '../base/refusal.ts'
import { resultUnion } from '../base/result-union.ts'
import { requiresRole } from '../base/roles.ts'
import { ForbiddenError, NotFoundError, ValidationError } from '../base/user-errors.ts'

const TagEntitiesInput = builder.inputType('TagEntitiesInput', {
  fields: (t) => ({
    entities: t.field({ type: [EntityLookup], required: true }),
    add: t.stringList({ required: true, defaultValue: [] }),
    remove: t.stringList({ required: true, defaultValue: [] }),
  }),
})

interface SuccessShape {
  readonly __typename: string
  readonly ids: readonly string[]
}
const TagEntitiesSuccess = builder.objectRef<SuccessShape>('TagEntitiesSuccess')
TagEntitiesSuccess.implement({
  fields: (t) => ({
    entities: t.field({
      type: [Entity],
      resolve: ({ ids }, _, context, info) => ids.map((id) => readWritten(context, id, info)),
    }),
  }),
})
const TagEntitiesResult = resultUnion('TagEntitiesResult', [
  TagEntitiesSuccess,
  ValidationError,
  NotFoundError,
  ForbiddenError,
])

builder.mutationFields((t) => ({
  tagEntities: t.field({
    type: TagEntitiesResult,
    nullable: true,
    ...withDirectives(requiresRole('EDITOR')),
    args: { input: t.arg({ type: TagEntitiesInput, required: true }) },
    resolve: async (_, { input }, context) =>
      answerOf(await tagEntities(context, input), (ids) => ({ __typename: 'TagEntitiesSuccess', ids })),
  }),
}))
