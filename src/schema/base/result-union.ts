import type { ObjectRef } from '@pothos/core'
import { builder } from './builder.ts'

type Types = typeof builder.$inferSchemaTypes

export interface Result {
  readonly __typename: string
}

/** A mutation's success or one of its errors. Pothos cannot check resolvers against the union; the tests of each mutation do. */
export function resultUnion(name: string, types: ObjectRef<Types, unknown>[]) {
  const union = builder.unionType(name, {
    types,
    resolveType: (result) => (result as Result).__typename as never,
  })
  return union as unknown as PothosSchemaTypes.UnionRef<Types, Result>
}
