import {
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  valueFromAST,
  type ArgumentNode,
  type GraphQLField,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql'
import type { Variables } from '../domain/variables.ts'
import { NotCompiledError } from './not-compiled.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** Undefined for a variable without a value. */
type ReadValue = (variables: Variables) => unknown

/**
 * Arguments as graphql-js coerces them; constants are computed once. Throws NotCompiledError where graphql-js would report an
 * error.
 */
export function compileArguments(
  field: GraphQLField<unknown, unknown> | undefined,
  given: readonly ArgumentNode[],
): ReadArguments {
  const members = (field?.args ?? []).map(({ name, type, defaultValue }) => {
    const node = given.find((argument) => argument.name.value === name)?.value
    return compileMember(name, type, defaultValue, node)
  })
  return { isConstant: members.every(({ read }) => read === null), read: bundle(members) }
}

export interface ReadArguments {
  readonly isConstant: boolean
  readonly read: (variables: Variables) => Arguments
}

interface Member {
  readonly name: string
  /** The value if constant; otherwise use `read`. */
  readonly constant: unknown
  readonly read: ReadValue | null
}

function compileMember(
  name: string,
  type: GraphQLInputType,
  defaultValue: unknown,
  node: ValueNode | undefined,
): Member {
  if (node === undefined || !namesVariable(node)) {
    const constant = node === undefined ? defaultValue : present(valueFromAST(node, type))
    if (constant === undefined && isNonNullType(type)) throw new NotCompiledError(name)
    return { name, constant, read: null }
  }
  const read = compileValue(node, type)
  const isNeeded = isNonNullType(type)
  return {
    name,
    constant: undefined,
    read(variables) {
      let value = read(variables)
      if (value === undefined) value = defaultValue
      if (isNeeded && value == null) throw new NotCompiledError(name)
      return value
    },
  }
}

function bundle(members: readonly Member[]): (variables: Variables) => Record<string, unknown> {
  const constants: Record<string, unknown> = {}
  for (const { name, constant } of members) if (constant !== undefined) constants[name] = constant
  const varying = members.filter(({ read }) => read !== null)
  if (varying.length === 0) return () => constants
  return (variables) => {
    const found = { ...constants }
    for (const { name, read } of varying) {
      const value = read!(variables)
      if (value !== undefined) found[name] = value
    }
    return found
  }
}

function present(value: unknown): unknown {
  if (value === undefined) throw new NotCompiledError('a value that cannot be coerced')
  return value
}

function compileValue(node: ValueNode, type: GraphQLInputType): ReadValue {
  if (node.kind === Kind.VARIABLE) {
    const { value: name } = node.name
    const isNeeded = isNonNullType(type)
    return (variables) => {
      const value = variables[name]
      if (isNeeded && value === null) throw new NotCompiledError(name)
      return value
    }
  }
  const inner = isNonNullType(type) ? type.ofType : type
  if (isListType(inner) && node.kind === Kind.LIST) {
    const items = node.values.map((item) => compileItem(item, inner.ofType))
    return (variables) => items.map((read) => read(variables))
  }
  if (isListType(inner)) {
    const item = compileItem(node, inner.ofType)
    return (variables) => [item(variables)]
  }
  if (isInputObjectType(inner) && node.kind === Kind.OBJECT) {
    const fields = Object.values(inner.getFields()).map(({ name, type: fieldType, defaultValue }) => {
      const value = node.fields.find((field) => field.name.value === name)?.value
      return compileMember(name, fieldType, defaultValue, value)
    })
    const read = bundle(fields)
    return inner.isOneOf ? (variables) => exactlyOne(read(variables)) : read
  }
  return (variables) => present(valueFromAST(node, type, variables))
}

/** In a list, a missing variable becomes null. */
function compileItem(node: ValueNode, type: GraphQLInputType): ReadValue {
  if (!namesVariable(node)) {
    const constant = present(valueFromAST(node, type))
    return () => constant
  }
  const read = compileValue(node, type)
  return (variables) => {
    const value = read(variables) ?? null
    if (value === null && isNonNullType(type)) throw new NotCompiledError('null in a list')
    return value
  }
}

function exactlyOne(value: Record<string, unknown>): Record<string, unknown> {
  const given = Object.values(value)
  if (given.length !== 1 || given[0] == null) throw new NotCompiledError('not exactly one member')
  return value
}

function namesVariable(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(namesVariable)
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => namesVariable(value))
  return node.kind === Kind.VARIABLE
}
