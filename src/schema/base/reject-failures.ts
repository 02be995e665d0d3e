import { isObjectType, type GraphQLSchema } from 'graphql'

/**
 * Makes throwing resolvers return rejected promises. If a list item throws, executors drop the promises of earlier items, whose
 * later rejections would go unhandled and end the process.
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
