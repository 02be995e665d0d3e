import {
  getDirectiveValues,
  isNonNullType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  valueFromAST,
  type ArgumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import type { FragmentDefinitionNode } from 'graphql'

type Field = GraphQLField<unknown, unknown>
export type Variables = Readonly<Record<string, unknown>>
/** The arguments of a field as its resolver gets them. */
export type Arguments = Readonly<Record<string, unknown>>

/** One field of an answer's object: what it is called there, and what is selected below it. */
export interface FieldPlan {
  readonly key: string
  readonly name: string
  readonly argumentsFor: (variables: Variables) => Arguments
  readonly selections: readonly SelectionSetNode[]
}

/** What a document says, with the truth values of the variables that its `@include` and `@skip` name. */
export interface Document {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Variables
}

/** Something that is not compiled; the document takes the ordinary way. */
export class NotCompiledError extends Error {
  override name = 'NotCompiledError'
}

/**
 * The fields that are selected on an object, in the order of the answer: aliases, fragments and conditions resolved, equal
 * ones merged (CollectFields of the GraphQL specification, for types that are known beforehand).
 *
 * @throws NotCompiledError for a field that `@stream`s or a condition on an abstract type
 */
export function planFields(
  document: Document,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): FieldPlan[] {
  const nodes = new Map<string, FieldNode[]>()
  const collect = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (!isIncluded(document, node)) continue
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value
        const same = nodes.get(key)
        if (same) same.push(node)
        else nodes.set(key, [node])
        continue
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : document.fragments.get(node.name.value)!
      if (!fragment.typeCondition || applies(document, fragment.typeCondition.name.value, type))
        collect(fragment.selectionSet)
    }
  }
  sets.forEach(collect)
  return [...nodes].map(([key, [first, ...rest]]) => ({
    key,
    name: first!.name.value,
    argumentsFor: argumentsOf(type.getFields()[first!.name.value], first!.arguments ?? []),
    selections: [first!, ...rest].flatMap((node) => node.selectionSet ?? []),
  }))
}

function applies({ schema }: Document, condition: string, type: GraphQLObjectType): boolean {
  const named = schema.getType(condition)
  if (named === type) return true
  return named !== undefined && !isObjectType(named) && schema.isSubType(named as never, type)
}

type Directed = Parameters<typeof getDirectiveValues>[1]

function isIncluded({ variables }: Document, node: Directed): boolean {
  if (node.directives === undefined || node.directives.length === 0) return true
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false
}

/** Names of the variables that conditions hang on. */
export function conditionVariables(sets: Iterable<SelectionSetNode>): string[] {
  const names = new Set<string>()
  const visit = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      for (const { arguments: given = [] } of node.directives ?? [])
        for (const { value } of given) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
      if (node.kind !== Kind.FRAGMENT_SPREAD && node.selectionSet) visit(node.selectionSet)
    }
  }
  for (const set of sets) visit(set)
  return [...names]
}

/**
 * The arguments of a field, as graphql-js coerces them: those that name no variable once, the rest a request. Variables are
 * coerced already.
 */
function argumentsOf(field: Field | undefined, given: readonly ArgumentNode[]): FieldPlan['argumentsFor'] {
  const constant: Record<string, unknown> = {}
  const varying: { name: string; read: (variables: Variables) => unknown }[] = []
  for (const { name, type, defaultValue } of field?.args ?? []) {
    const node = given.find((argument) => argument.name.value === name)?.value
    if (node === undefined) {
      if (defaultValue !== undefined) constant[name] = defaultValue
    } else if (node.kind === Kind.VARIABLE) {
      const variable = node.name.value
      const isNeeded = isNonNullType(type)
      varying.push({
        name,
        read(variables) {
          const value = variable in variables ? variables[variable] : defaultValue
          if (isNeeded && value == null) throw new NotCompiledError(`${name} is null`)
          return value
        },
      })
    } else if (namesVariable(node))
      varying.push({ name, read: (variables) => valueOf(valueFromAST(node, type, variables), name) })
    else constant[name] = valueOf(valueFromAST(node, type), name)
  }
  if (varying.length === 0) return () => constant
  return (variables) => {
    const found = { ...constant }
    for (const { name, read } of varying) {
      const value = read(variables)
      if (value !== undefined) found[name] = value
    }
    return found
  }
}

/** A value that cannot be coerced is an error, which is the ordinary way's to tell. */
function valueOf(value: unknown, name: string): unknown {
  if (value === undefined) throw new NotCompiledError(`${name} cannot be coerced`)
  return value
}

function namesVariable(node: ValueNode): boolean {
  if (node.kind === Kind.LIST) return node.values.some(namesVariable)
  if (node.kind === Kind.OBJECT) return node.fields.some(({ value }) => namesVariable(value))
  return node.kind === Kind.VARIABLE
}
