import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { FragmentDefinitionNode } from 'graphql'
import type { Variables } from '../domain/variables.ts'
import { compileArguments, type Arguments } from './argument-values.ts'

export interface FieldPlan {
  readonly key: string
  readonly name: string
  readonly argumentsFor: (variables: Variables) => Arguments
  readonly hasConstantArguments: boolean
  readonly selections: readonly SelectionSetNode[]
}

/** A document with fixed values for the variables in `@include` and `@skip`. */
export interface Document {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly variables: Variables
}

/**
 * The fields of an object in response order, merged (CollectFields of the GraphQL specification, for known types). Throws
 * NotCompiledError for `@stream` and conditions on abstract types.
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
  return [...nodes].map(([key, [first, ...rest]]) => {
    const { isConstant, read } = compileArguments(type.getFields()[first!.name.value], first!.arguments ?? [])
    return {
      key,
      name: first!.name.value,
      argumentsFor: read,
      hasConstantArguments: isConstant,
      selections: [first!, ...rest].flatMap((node) => node.selectionSet ?? []),
    }
  })
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
