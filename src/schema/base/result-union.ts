import type { ObjectRef } from '@pothos/core'
import { builder } from './builder.ts'

type Types = typeof builder.$inferSchemaTypes

/** What a mutation answers: which type it is of, and the facts of that type. */
export interface Result {
  readonly __typename: string
}

/**
 * What a mutation may answer: its success, or one of its errors. Each says which it is. Pothos cannot see whether a resolver's
 * answer is of a type of the union; the tests of each mutation reach them all.
 */
export function resultUnion(name: string, types: ObjectRef<Types, unknown>[]) {
  const union = builder.unionType(name, {
    types,
    resolveType: (result) => (result as Result).__typename as never,
  })
  return union as unknown as PothosSchemaTypes.UnionRef<Types, Result>
}
