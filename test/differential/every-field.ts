import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isNonNullType,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { roleOf } from '../support/guarded-fields.ts'

type Field = GraphQLField<unknown, unknown>

/** Argument values by name, as GraphQL literals; several for a root field make several documents. */
export type Arguments = Readonly<Record<string, readonly string[]>>

export interface EveryField {
  readonly documents: readonly string[]
  /** The fields they select, as `Type.field`. */
  readonly coordinates: ReadonlySet<string>
}

/**
 * Documents that select every public field: for each root field, every reachable type in full where it first occurs, and its
 * leaves afterwards.
 * @param only fields to select, as `Type.field`; null: all
 */
export function askEveryField(
  schema: GraphQLSchema,
  values: Arguments,
  only: ReadonlySet<string> | null = null,
): EveryField {
  const isLeft = (path: string) => only !== null && !only.has(path)
  const coordinates = new Set<string>()
  const documents: string[] = []

  const call = (field: Field, at: number) => {
    const given = field.args.flatMap(({ name, type, defaultValue }) => {
      const known = values[`${field.name}.${name}`] ?? values[name]
      if (known !== undefined) return [`${name}: ${known[at % known.length]!}`]
      if (isNonNullType(type) && defaultValue === undefined) throw new Error(`${field.name}(${name}:) has no value here`)
      return []
    })
    return field.name + (given.length === 0 ? '' : `(${given.join(', ')})`)
  } // prettier-ignore

  const selection = (type: GraphQLNamedOutputType, visited: Set<string>, depth: number): string => {
    if (isAbstractType(type)) {
      const parts = schema.getPossibleTypes(type).filter(isPublic).flatMap((each) => {
        const inner = selection(each, visited, depth)
        return inner === '__typename' ? [] : [`... on ${each.name} { ${prefixed(inner, each.name)} }`]
      })
      return `__typename ${parts.join(' ')}`
    }
    if (!('getFields' in type)) return '__typename'
    const isNew = !visited.has(type.name)
    visited.add(type.name)
    const isWrapper = /Connection$|Edge$/.test(type.name) && type.name !== 'GraphEdge'
    const parts = Object.values(type.getFields() as Record<string, Field>).flatMap((field) => {
      if (roleOf(field) !== undefined || isLeft(`${type.name}.${field.name}`)) return []
      const named = getNamedType(field.type)
      if (!isLeafType(named) && depth > 12) return []
      if (!isLeafType(named) && !isNew && !isWrapper) return []
      coordinates.add(`${type.name}.${field.name}`)
      return isLeafType(named) ? [call(field, 0)] : [`${call(field, 0)} { ${selection(named, visited, depth + 1)} }`]
    })
    return parts.length === 0 ? '__typename' : parts.join(' ')
  } // prettier-ignore

  for (const field of Object.values(schema.getQueryType()!.getFields())) {
    if (roleOf(field) !== undefined || isLeft(`Query.${field.name}`)) continue
    coordinates.add(`Query.${field.name}`)
    const named = getNamedType(field.type)
    const inner = isLeafType(named) ? '' : ` { ${selection(named, new Set(), 1)} }`
    const most = Math.max(1, ...field.args.map(({ name }) => (values[`${field.name}.${name}`] ?? values[name] ?? []).length)) // prettier-ignore
    for (let at = 0; at < most; at++) documents.push(`{ ${call(field, at)}${inner} }`)
  }
  return { documents, coordinates }
}

/** Runs and content versions need a role. */
function isPublic(type: GraphQLObjectType): boolean {
  return type.name !== 'ContentVersion' && type.getInterfaces().every(({ name }) => name !== 'OperationRun')
}

/** Union members may have fields of the same name and different types, so each selection gets an alias. */
function prefixed(inner: string, type: string): string {
  let depth = 0
  return inner.replaceAll(/[{}()]|\.\.\. on \w+|"(?:[^"\\]|\\.)*"|[A-Za-z_]\w*/g, (word) => {
    if (word === '{' || word === '(') depth++
    else if (word === '}' || word === ')') depth--
    else if (depth === 0 && /^[A-Za-z]/.test(word)) return `${type}_${word}: ${word}`
    return word
  })
}
