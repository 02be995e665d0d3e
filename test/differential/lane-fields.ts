import {
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  print,
  type GraphQLArgument,
  type GraphQLSchema,
} from 'graphql'
import { compileOperation } from '../../src/execution/compile-operation.ts'
import { toAst } from './random-operation.ts'

/** Values for required arguments. */
const needed: Readonly<Record<string, unknown>> = {
  by: { slug: 'a' },
  from: { slug: 'a' },
  to: { slug: 'b' },
  id: 'a',
  ids: ['a'],
  pointer: '/a',
  query: 'a',
  prefix: 'a',
  input: {},
}

/** Fields that the fast path compiles, as `Type.field`, found by trying each. */
export function listLaneFields(schema: GraphQLSchema): Set<string> {
  const found = new Set<string>()
  const wraps = new Map<string, (selection: string) => string>([['Query', (selection) => `{ ${selection} }`]])
  for (const [typeName, wrap] of wraps) {
    const type = schema.getType(typeName)
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type)
      const call = `${field.name}${argumentsOf(field.args)}`
      const text = wrap(isCompositeType(named) ? `${call} { __typename }` : call)
      if (!isCompiled(schema, text)) continue
      found.add(`${typeName}.${field.name}`)
      if (!wraps.has(named.name)) wraps.set(named.name, (selection) => wrap(`${call} { ${selection} }`))
    }
  }
  return found
}

function isCompiled(schema: GraphQLSchema, text: string): boolean {
  try {
    return compileOperation(schema, parse(text, { noLocation: true }), null) !== null
  } catch {
    return false
  }
}

function argumentsOf(args: readonly GraphQLArgument[]): string {
  const given = args
    .filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
    .map(({ name, type }) => {
      const isEnumList =
        getNamedType(type).astNode === undefined && name === 'by' && String(type).includes('[')
      const value = isEnumList ? { kind: Kind.ENUM as const, value: 'KIND' } : toAst(needed[name] ?? 'a')
      return `${name}: ${print(value)}`
    })
  return given.length === 0 ? '' : `(${given.join(', ')})`
}
