import SchemaBuilder from '@pothos/core'
import type { Context } from './context.ts'

interface Scalar<Value> {
  Input: Value
  Output: Value
}

/** Registers all types of the schema. Fields are non-null by default. */
export const builder = new SchemaBuilder<{
  Context: Context
  DefaultFieldNullability: false
  Scalars: {
    ID: Scalar<string>
    DateTime: Scalar<string>
    URL: Scalar<string>
    JSON: Scalar<unknown>
    SHA256: Scalar<string>
    Key: Scalar<string>
    Long: Scalar<number>
  }
}>({ defaultFieldNullability: false })

builder.queryType({})
builder.mutationType({
  description: 'Root fields are nullable so that one fault does not blank the results of its neighbours.',
})
