import {
  getNamedType,
  GraphQLDirective,
  DirectiveLocation,
  GraphQLNonNull,
  isObjectType,
  isUnionType,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql'
import { hasRole, roles, type Actor, type Role as RoleName } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import { builder } from './builder.ts'

export const Role = builder.enumType('Role', {
  description: 'In rising order: each role may do what those before it may.',
  values: roles,
})

/** The minimum role for a field; printed and enforced, see {@link enforceRoles}. */
export function requiresRole(role: RoleName) {
  return { requiresRole: { role } }
}

export function createRoleDirective(role: GraphQLEnumType): GraphQLDirective {
  return new GraphQLDirective({
    name: 'requiresRole',
    description: 'Least role that may select the field. Public fields carry none.',
    locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
    args: { role: { type: new GraphQLNonNull(role) } },
  })
}

/** Guards every field with `@requiresRole`: UNAUTHENTICATED if not signed in, else FORBIDDEN or a ForbiddenError. */
export function enforceRoles(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) guard(field as GuardedField)
  }
  return schema
}

type GuardedField = GraphQLField<unknown, { readonly actor: Actor }>

function guard(field: GuardedField): void {
  const directives = field.extensions['directives'] as { requiresRole?: { role: RoleName } } | undefined
  const needed = directives?.requiresRole?.role
  if (needed === undefined) return
  const { resolve } = field
  if (!resolve) throw new Error(`${field.name} asks for a role and has no resolver of its own`)
  const result = getNamedType(field.type)
  const hasPlace = isUnionType(result) && result.getTypes().some(({ name }) => name === 'ForbiddenError')
  const { subscribe } = field
  if (subscribe)
    field.subscribe = (source, args, context, info) => {
      if (hasRole(context.actor, needed)) return subscribe(source, args, context, info)
      throw refuse(context.actor, needed)
    }
  field.resolve = (source, args, context, info) => {
    if (hasRole(context.actor, needed)) return resolve(source, args, context, info)
    const refusal = refuse(context.actor, needed)
    if (hasPlace && refusal.code === 'FORBIDDEN')
      return {
        __typename: 'ForbiddenError',
        message: refusal.message,
        code: 'FORBIDDEN',
        requiredRole: needed,
      }
    throw refusal
  }
}

export function refuse({ role, name }: Actor, needed: RoleName): AppError {
  return name === null
    ? new AppError('UNAUTHENTICATED', `This requires the role ${needed}; sign in at /api/admin/session.`)
    : new AppError('FORBIDDEN', `This requires the role ${needed}, but yours is ${role}.`)
}
