import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { Price } from '../domain/budget.ts'
import { AppError } from '../errors.ts'
import { createSizeOf, weightOf, type SizeOf } from './field-cost.ts'

/** How large a part of a document is. */
export interface Shape {
  /** Levels of fields. */
  readonly depth: number
  /** Fields with all fragments spread, as often as they are. */
  readonly fields: number
  readonly aliases: number
  readonly directives: number
  /** Most directives on one field, and most fields of one selection that share a name. */
  readonly directivesOnOne: number
  readonly sameName: number
  readonly introspects: boolean
  /** Deepest nesting of lists inside introspection that lead in a circle. */
  readonly introspectionCircles: number
}

/** What one operation asks for, known before it is validated. */
export interface OperationPlan extends Shape {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly rootFields: number
  /** What it may cost at most, and how many objects it may answer, with these variables. */
  price(variables: Variables): Price
}
export type Variables = Readonly<Record<string, unknown>>

/** Plans by the operations' names, where `undefined` names the one without; and the shapes of all fragments, used or not. */
export interface DocumentPlan {
  readonly operations: ReadonlyMap<string | undefined, OperationPlan>
  readonly fragments: readonly Shape[]
}

/**
 * Looks through a document once, in a time that its length bounds, whatever its fragments: before the validation, some rules
 * of which take a square of it. What is wrong with the document is left to the validation.
 *
 * @throws AppError BAD_REQUEST where fragments go in a circle
 */
export function planDocument(schema: GraphQLSchema, document: DocumentNode): DocumentPlan {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  const planner = createPlanner(schema, fragments)
  return {
    operations: new Map(
      document.definitions.flatMap((node) =>
        node.kind === Kind.OPERATION_DEFINITION ? [[node.name?.value, planOperation(node)]] : [],
      ),
    ),
    // Also those that no operation uses: the validation looks at all.
    fragments: [...fragments.keys()].map((name) => planner.fragment(name)),
  }

  function planOperation(node: OperationDefinitionNode): OperationPlan {
    const part = planner.selection(node.selectionSet, schema.getRootType(node.operation) ?? null)
    const { price, ...facts } = part
    const defaults = Object.fromEntries(
      (node.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
        defaultValue?.kind === Kind.INT ? [[variable.name.value, Number(defaultValue.value)]] : [],
      ),
    )
    return {
      ...facts,
      kind: node.operation,
      rootFields: node.selectionSet.selections.length,
      price: withSize(
        (node.variableDefinitions ?? []).length > 0,
        priceOnce((variables) => {
          const { fixed } = price(variables, new Map())
          return { cost: Math.ceil(fixed.cost), nodes: Math.ceil(fixed.nodes) }
        }, defaults),
      ),
    }
  }
}

/** Values in the variables that come with one point of cost: whatever they mean, they are read and judged. */
const valuesAPoint = 50
const mostValues = 1_000_000

function withSize(hasVariables: boolean, price: OperationPlan['price']): OperationPlan['price'] {
  if (!hasVariables) return price
  return (variables) => {
    const size = Math.floor(countValues(variables) / valuesAPoint)
    return size === 0 ? price(variables) : plus(price(variables), { cost: size, nodes: 0 })
  }
}

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

/** Most prices look at no variable, and are the same each time. */
function priceOnce(price: OperationPlan['price'], defaults: Variables): OperationPlan['price'] {
  let isConstant = true
  const watched = new Proxy<Variables>(
    {},
    {
      get: () => {
        isConstant = false
        return undefined
      },
    },
  )
  const constant = price(watched)
  return isConstant ? () => constant : (variables) => price({ ...defaults, ...variables })
}

/** A price that has a part that counts once, and one that counts for each item of the list around it. */
interface Priced {
  readonly fixed: Price
  readonly each: Price
}
interface Part extends Shape {
  /** @param known what fragments cost with these variables, so that each is priced once */
  price(variables: Variables, known: Map<string, Priced>): Priced
}

const nothing: Price = { cost: 0, nodes: 0 }
const plus = (left: Price, right: Price): Price => ({
  cost: left.cost + right.cost,
  nodes: left.nodes + right.nodes,
})
const times = ({ cost, nodes }: Price, count: number): Price => ({ cost: cost * count, nodes: nodes * count })

const empty: Part = {
  depth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  directivesOnOne: 0,
  sameName: 0,
  introspects: false,
  introspectionCircles: 0,
  price: () => ({ fixed: nothing, each: nothing }),
}

/** Lists of introspection through which a type leads to others. */
const circular = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes'])

function createPlanner(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const planned = new Map<string, Part | 'open'>()

  function fragment(name: string): Part {
    const known = planned.get(name)
    if (known === 'open')
      throw new AppError('BAD_REQUEST', `The fragment ${name} spreads itself, by itself or through others.`)
    const node = fragments.get(name)
    if (known !== undefined || node === undefined) return known ?? empty
    planned.set(name, 'open')
    const part = selection(node.selectionSet, schema.getType(node.typeCondition.name.value) ?? null)
    const kept: Part = {
      ...part,
      price(variables, prices) {
        const price = prices.get(name) ?? part.price(variables, prices)
        prices.set(name, price)
        return price
      },
    }
    planned.set(name, kept)
    return kept
  }

  function selection(set: SelectionSetNode, type: GraphQLNamedType | null): Part {
    const parts: Part[] = []
    const names = new Map<string, number>()
    let [aliases, directives, directivesOnOne] = [0, 0, 0]
    for (const node of set.selections) {
      const count = node.directives?.length ?? 0
      directives += count
      directivesOnOne = Math.max(directivesOnOne, count)
      if (node.kind === Kind.FRAGMENT_SPREAD) parts.push(fragment(node.name.value))
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition && schema.getType(node.typeCondition.name.value)
        parts.push(selection(node.selectionSet, condition ?? type))
      } else {
        if (node.alias) aliases++
        const name = (node.alias ?? node.name).value
        names.set(name, (names.get(name) ?? 0) + 1)
        parts.push(field(node, type))
      }
    }
    const sum = (of: (part: Part) => number) => parts.reduce((total, part) => total + of(part), 0)
    const most = (of: (part: Part) => number) => parts.reduce((top, part) => Math.max(top, of(part)), 0)
    return {
      depth: most(({ depth }) => depth),
      fields: sum(({ fields }) => fields),
      aliases: aliases + sum((part) => part.aliases),
      directives: directives + sum((part) => part.directives),
      directivesOnOne: Math.max(
        directivesOnOne,
        most((part) => part.directivesOnOne),
      ),
      sameName: Math.max(
        0,
        ...names.values(),
        most((part) => part.sameName),
      ),
      introspects: parts.some(({ introspects }) => introspects),
      introspectionCircles: most(({ introspectionCircles }) => introspectionCircles),
      price: (variables, known) => {
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
    const definition = definitionOf(node.name.value, parent)
    const type = definition ? getNamedType(definition.type) : null
    const below = node.selectionSet ? selection(node.selectionSet, type) : empty
    const isIntrospection = node.name.value === '__schema' || node.name.value === '__type'
    const isComposite = isCompositeType(type)
    const weight = definition ? weightOf(definition, isComposite) : 1
    const sizeOf = definition ? createSizeOf(definition, node) : null
    const isOfList = isConnectionPart(node.name.value, definition, parent)
    return {
      ...below,
      depth: below.depth + 1,
      fields: below.fields + 1,
      introspects: below.introspects || isIntrospection,
      introspectionCircles:
        below.introspectionCircles + (isMeta(parent) && circular.has(node.name.value) ? 1 : 0),
      price: isIntrospection
        ? () => ({ fixed: { cost: introspectionCost, nodes: 1 }, each: nothing })
        : priceOf(below, { weight, isComposite, sizeOf, isOfList }),
    }
  }

  function definitionOf(
    name: string,
    parent: GraphQLNamedType | null,
  ): GraphQLField<unknown, unknown> | null {
    if (parent === schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
    }
    return isObjectType(parent) || isInterfaceType(parent) ? (parent.getFields()[name] ?? null) : null
  }

  return { fragment, selection }
}

const introspectionCost = 10

interface FieldFacts {
  readonly weight: number
  readonly isComposite: boolean
  readonly sizeOf: SizeOf | null
  /** `edges` and `nodes`: as many as the connection around them has. */
  readonly isOfList: boolean
}

function priceOf(below: Part, { weight, isComposite, sizeOf, isOfList }: FieldFacts): Part['price'] {
  const own: Price = { cost: weight, nodes: isComposite ? 1 : 0 }
  return (variables, known) => {
    const { fixed, each } = below.price(variables, known)
    const size = sizeOf?.(variables) ?? { items: 1, isConnection: false }
    // A connection is one object; what it lists is priced by the fields that hold the items.
    if (size.isConnection) return { fixed: plus(plus(own, fixed), times(each, size.items)), each: nothing }
    const whole = plus(own, plus(fixed, each))
    if (isOfList) return { fixed: nothing, each: whole }
    return { fixed: times(whole, size.items), each: nothing }
  }
}

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

function isMeta(type: GraphQLNamedType | null): boolean {
  return type?.name.startsWith('__') ?? false
}
