import { isObjectType, type GraphQLSchema } from 'graphql'

/**
 * Makes every resolver that throws answer a rejected promise instead. Executors drop the promises of a list's items when a later
 * item of it throws at once, so that one which rejects then is nobody's, and ends the process.
 */
export function rejectFailures(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field
      if (resolve === undefined) continue
      field.resolve = (source, args, context, info) => {
        try {
          return resolve(source, args, context, info)
        } catch (error) {
          return Promise.reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
    }
  }
  return schema
}
