import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isUnionType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import type { Role } from '../../src/domain/access/role.ts'

export type Field = GraphQLField<unknown, unknown>

/** The role that the schema prints on a field. */
export function roleOf(field: Field): Role | undefined {
  return (field.extensions['directives'] as { requiresRole?: { role: Role } } | undefined)?.requiresRole?.role
}
export function fieldsOf(type: GraphQLObjectType | null | undefined): Field[] {
  return Object.values(type?.getFields() ?? {})
}

export interface GuardedField {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly field: Field
  readonly role: Role
  /** An operation that selects it, with arguments that its types accept. */
  readonly operation: string
}

/** Every field of the roots that asks for a role. */
export function findGuardedFields(schema: GraphQLSchema): GuardedField[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  }
  return Object.entries(roots).flatMap(([name, type]) => {
    const kind = name as GuardedField['kind']
    return fieldsOf(type).flatMap((field) => {
      const role = roleOf(field)
      return role === undefined ? [] : [{ kind, field, role, operation: operationOf(kind, field) }]
    })
  })
}

/** A value that the type accepts, so that only the role can refuse. */
function sampleOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sampleOf(type.ofType)
  if (isListType(type)) return '[]'
  if (isEnumType(type)) return type.getValues()[0]!.name
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    const given = type.isOneOf
      ? fields.slice(0, 1)
      : fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
    return `{ ${given.map((field) => `${field.name}: ${sampleOf(field.type)}`).join(', ')} }`
  }
  const samples: Record<string, string> = {
    SHA256: `"${'a'.repeat(64)}"`,
    Key: '"a"',
    URL: '"http://127.0.0.1:9/"',
    Int: '1',
    Boolean: 'true',
    JSON: '{}',
    DateTime: '"2026-01-01T00:00:00Z"',
    Float: '1',
    Long: '1',
    ID: '"x"',
    String: '"x"',
  }
  return samples[type.name]!
}

function operationOf(kind: string, field: Field): string {
  const needed = field.args.filter(
    (argument) => isNonNullType(argument.type) && argument.defaultValue === undefined,
  )
  const given = needed.map((argument) => `${argument.name}: ${sampleOf(argument.type)}`)
  const result = getNamedType(field.type)
  const selection = isUnionType(result)
    ? ' { __typename ... on UserError { code } }'
    : isLeafType(result)
      ? ''
      : ' { __typename }'
  return `${kind} { ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection} }`
}
