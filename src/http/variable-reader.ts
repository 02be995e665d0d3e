import {
  getVariableValues,
  isInputType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type GraphQLScalarType,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>

interface ScalarVariable {
  readonly name: string
  readonly type: GraphQLScalarType
  readonly isNeeded: boolean
}

/**
 * Reads the variables of one operation again and again, as graphql-js coerces them; null where they cannot be coerced. Most
 * operations have scalars alone, whose types need not be looked up each time. What it gives inherits nothing, so that a variable that was
 * left out is not there, whatever its name.
 */
export function createVariableReader(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
): (given: Variables) => Variables | null {
  const scalars = definitions.map((definition) => scalarOf(schema, definition))
  if (!scalars.every((scalar) => scalar !== null))
    return (given) => {
      const { coerced } = getVariableValues(schema, definitions, given)
      return coerced === undefined ? null : { __proto__: null, ...coerced }
    }
  return (given) => {
    const coerced: Record<string, unknown> = { __proto__: null }
    for (const { name, type, isNeeded } of scalars) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined
      if (value === undefined) {
        if (isNeeded) return null
      } else if (value === null) {
        if (isNeeded) return null
        coerced[name] = null
      } else {
        const parsed = parse(type, value)
        if (parsed === undefined) return null
        coerced[name] = parsed
      }
    }
    return coerced
  }
}

function scalarOf(
  schema: GraphQLSchema,
  { variable, type: node, defaultValue }: VariableDefinitionNode,
): ScalarVariable | null {
  const type = typeFromAST(schema, node as never)
  if (!isInputType(type) || defaultValue !== undefined) return null
  const isNeeded = isNonNullType(type)
  const inner: unknown = isNeeded ? type.ofType : type
  return isScalarType(inner) ? { name: variable.name.value, type: inner, isNeeded } : null
}

function parse(type: GraphQLScalarType, value: unknown): unknown {
  try {
    return type.parseValue(value)
  } catch {
    return undefined
  }
}
