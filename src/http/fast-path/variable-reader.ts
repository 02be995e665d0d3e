import {
  coerceInputValue,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql'
import type { Variables } from '../../domain/variables.ts'

/**
 * Coerces an operation's variables as graphql-js does (CoerceVariableValues of the GraphQL specification), but resolves their
 * types only once.
 * @param definitions of a valid document
 * @returns null for invalid variables, otherwise an object without a prototype, so that omitted variables are absent whatever
 * their names
 */
export function createVariableReader(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (given: Variables) => Variables | null {
  const expected = definitions.map(({ variable, type: node, defaultValue }) => {
    const type = typeFromAST(schema, node as never)
    if (!isInputType(type)) throw new Error(`$${variable.name.value} has no input type`)
    const fallback = defaultValue && valueFromAST(defaultValue, type)
    return { name: variable.name.value, type, fallback }
  })
  return (given) => {
    const coerced: Record<string, unknown> = { __proto__: null }
    let isRight = true
    const fail = () => void (isRight = false)
    for (const { name, type, fallback } of expected) {
      if (Object.hasOwn(given, name) && given[name] !== undefined)
        coerced[name] = coerceInputValue(given[name], type, fail)
      else if (fallback !== undefined) coerced[name] = fallback
      else if (isNonNullType(type)) return null
    }
    return isRight ? coerced : null
  }
}
