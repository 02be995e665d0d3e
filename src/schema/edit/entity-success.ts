import { encodeGlobalId } from '../../domain/graph/global-id.ts'
import { builder } from '../base/builder.ts'
import type { Context } from '../base/context.ts'
import { Entity } from '../graph/entity.ts'
import { entityFields } from '../graph/entity-fields.ts'
import type { GraphQLResolveInfo } from 'graphql'
import { selectionOf } from '../base/selection.ts'

/** Reads a written entity for its selection. */
export function readWritten(context: Context, id: string, info: GraphQLResolveInfo) {
  return context.reader.entity({ by: 'id', id }, entityFields(selectionOf(info))) as never
}

/** The success type of a mutation that returns one entity. */
export function entitySuccess<Shape extends { readonly id: string }>(name: string) {
  const Success = builder.objectRef<Shape & { readonly __typename: string }>(name)
  Success.implement({
    fields: (t) => ({
      entity: t.field({
        type: Entity,
        resolve: ({ id }, _, context, info) => readWritten(context, id, info),
      }),
    }),
  })
  return Success
}

export function entityIds(ids: readonly string[]): string[] {
  return ids.map((id) => encodeGlobalId('Entity', id))
}
