import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Price } from '../../domain/budget.ts'
import type { Variables } from '../../domain/variables.ts'
import { fieldOf, fragmentsOf, isIntrospection, operationsOf } from './document-fields.ts'
import { createSizeOf, weightOf } from './field-cost.ts'

/** The maximum cost and number of objects of an operation, given its variables. */
export type PriceOf = (variables: Variables) => Price

/** A price in two parts: once, and per item of the enclosing list. */
interface Priced {
  readonly fixed: Price
  readonly each: Price
}

interface Part {
  readonly readsVariables: boolean
  readonly price: (variables: Variables, known: Map<string, Priced>) => Priced
}

/** Prices a document's operations by name (`undefined` if anonymous); fragments must be acyclic, see `shapeDocument`. */
export function priceDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
): ReadonlyMap<string | undefined, PriceOf> {
  const definitions = fragmentsOf(document)
  const fragments = new Map<string, Part>()

  function fragment(name: string): Part {
    const known = fragments.get(name)
    const node = definitions.get(name)
    if (known !== undefined || node === undefined) return known ?? free
    const part = selection(node.selectionSet, schema.getType(node.typeCondition.name.value) ?? null)
    const once: Part = {
      ...part,
      price(variables, prices) {
        const price = prices.get(name) ?? part.price(variables, prices)
        prices.set(name, price)
        return price
      },
    }
    fragments.set(name, once)
    return once
  }

  function selection(set: SelectionSetNode, type: GraphQLNamedType | null): Part {
    const parts = set.selections.map((node) => {
      if (node.kind === Kind.FIELD) return field(node, type)
      if (node.kind === Kind.FRAGMENT_SPREAD) return fragment(node.name.value)
      const condition = node.typeCondition && schema.getType(node.typeCondition.name.value)
      return selection(node.selectionSet, condition ?? type)
    })
    return {
      readsVariables: parts.some(({ readsVariables }) => readsVariables),
      price(variables, known) {
        let [fixed, each] = [nothing, nothing]
        for (const part of parts) {
          const price = part.price(variables, known)
          fixed = plus(fixed, price.fixed)
          each = plus(each, price.each)
        }
        return { fixed, each }
      },
    }
  }

  function field(node: FieldNode, parent: GraphQLNamedType | null): Part {
    const name = node.name.value
    if (isIntrospection(name)) return introspection
    const definition = fieldOf(schema, parent, name)
    const type = definition ? getNamedType(definition.type) : null
    const below = node.selectionSet ? selection(node.selectionSet, type) : free
    const isComposite = isCompositeType(type)
    const own: Price = {
      cost: definition ? weightOf(definition, isComposite) : 1,
      nodes: isComposite ? 1 : 0,
    }
    const size = definition ? createSizeOf(definition, node) : null
    const isOfList = isConnectionPart(name, definition, parent)
    return {
      readsVariables: below.readsVariables || size?.readsVariables === true,
      price(variables, known) {
        const { fixed, each } = below.price(variables, known)
        const items = size === null ? 1 : size.items(variables)
        // A connection is one object; its items are priced by `edges` and `nodes`.
        if (size?.isConnection) return { fixed: plus(plus(own, fixed), times(each, items)), each: nothing }
        const whole = plus(own, plus(fixed, each))
        return isOfList ? { fixed: nothing, each: whole } : { fixed: times(whole, items), each: nothing }
      },
    }
  }

  const prices = operationsOf(document).map((node): [string | undefined, PriceOf] => {
    const part = selection(node.selectionSet, schema.getRootType(node.operation) ?? null)
    return [node.name?.value, priceOf(node, part)]
  })
  return new Map(prices)
}

function priceOf({ variableDefinitions = [] }: OperationDefinitionNode, part: Part): PriceOf {
  const priceWith: PriceOf = (variables) => {
    const { fixed } = part.price(variables, new Map())
    return { cost: Math.ceil(fixed.cost), nodes: Math.ceil(fixed.nodes) }
  }
  if (variableDefinitions.length === 0) {
    const constant = priceWith({})
    return () => constant
  }
  const defaults = Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
    ),
  )
  const constant = part.readsVariables ? null : priceWith({})
  return (variables) => {
    const price = constant ?? priceWith({ ...defaults, ...variables })
    const size = Math.floor(countValues(variables) / valuesAPoint)
    return size === 0 ? price : plus(price, { cost: size, nodes: 0 })
  }
}

/** Values in variables per cost point: each is read and validated, whatever it means. */
const valuesAPoint = 50
const mostValues = 1_000_000

function countValues(root: unknown): number {
  let count = 0
  const waiting: unknown[] = [root]
  for (let value = waiting.pop(); waiting.length > 0 || value !== undefined; value = waiting.pop()) {
    if (++count > mostValues) break
    if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value) as unknown[]) if (inner !== undefined) waiting.push(inner)
  }
  return count
}

const nothing: Price = { cost: 0, nodes: 0 }
const plus = (left: Price, right: Price): Price => ({
  cost: left.cost + right.cost,
  nodes: left.nodes + right.nodes,
})
const times = ({ cost, nodes }: Price, count: number): Price => ({ cost: cost * count, nodes: nodes * count })

const constantPart = (fixed: Price): Part => ({
  readsVariables: false,
  price: () => ({ fixed, each: nothing }),
})
const free = constantPart(nothing)
const introspection = constantPart({ cost: 10, nodes: 1 })

function isConnectionPart(
  name: string,
  definition: GraphQLField<unknown, unknown> | null,
  parent: GraphQLNamedType | null,
): boolean {
  if ((name !== 'edges' && name !== 'nodes') || !parent?.name.endsWith('Connection') || !definition)
    return false
  const type = isNonNullType(definition.type) ? definition.type.ofType : definition.type
  return isListType(type)
}
