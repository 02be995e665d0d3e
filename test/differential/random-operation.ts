import {
  astFromValue,
  getNamedType,
  GraphQLBoolean,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  print,
  validate,
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql'
import type { Draw } from './draw.ts'
import type { KnownValues } from './known-values.ts'
import { EnumName, randomValue, VariableReference, type ValueMaker } from './random-value.ts'

export interface Operation {
  readonly document: DocumentNode
  readonly text: string
  readonly variables: Record<string, unknown>
}

type Field = GraphQLField<unknown, unknown>
type Composite = GraphQLCompositeType

/** Fields whose values always differ, with the reason. */
export const excluded: Readonly<Record<string, string>> = {
  'GraphStatistics.computedAt': 'tells the clock',
  'EntityMetrics.computedAt': 'tells the clock',
  'Service.snapshot': 'is null where the database answers',
  'Query.rateLimit': 'tells the clock and what was asked before',
}

/** Weights of root fields. */
const rootWeights: Readonly<Record<string, number>> = {
  entities: 9, entity: 9, edges: 6, search: 4, node: 3, nodes: 3, vocabulary: 3, subgraph: 3, paths: 2, shortestPath: 3, statistics: 1, media: 3, mediaObjects: 3, workflow: 2, workflows: 3,
  provenanceRun: 2, provenanceRuns: 2, edge: 3, suggest: 2, changes: 2, graphDiff: 1, service: 1, viewer: 1, admin: 0.1, ops: 0.1,
} // prettier-ignore

/** Chosen rarely, since they are expensive and add little. */
const seldom = new Set(['Entity.metrics', 'Entity.jsonLd', 'Service.graphHash', 'Subgraph.document', 'Subgraph.hash', 'ProvenanceRun.prov', 'GraphStatistics.hash']) // prettier-ignore
const paging = new Set(['first', 'last', 'after', 'before'])

const maximumItems = 240

/**
 * A random operation of the public schema.
 * @param only allowed fields, as `Type.field`; null: all
 */
export function randomOperation(
  schema: GraphQLSchema,
  draw: Draw,
  known: KnownValues,
  only: ReadonlySet<string> | null = null,
): Operation {
  for (;;) {
    const made = new OperationMaker(schema, draw, known, only).make()
    // Validation finds clashing names in merged selections.
    if (validate(schema, made.document).length === 0) return made
  }
}

interface Scope {
  readonly depth: number
  /** Maximum number of parents. */
  readonly items: number
  /** What each response name stands for, to avoid clashes. */
  readonly taken: Map<string, string>
}

class OperationMaker {
  readonly #schema: GraphQLSchema
  readonly #draw: Draw
  readonly #known: KnownValues
  readonly #only: ReadonlySet<string> | null
  readonly #variables: Record<string, unknown> = {}
  readonly #definitions: VariableDefinitionNode[] = []
  readonly #fragments: FragmentDefinitionNode[] = []
  #fields = 0

  constructor(schema: GraphQLSchema, draw: Draw, known: KnownValues, only: ReadonlySet<string> | null) {
    this.#schema = schema
    this.#draw = draw
    this.#known = known
    this.#only = only
  }

  make(): Operation {
    const root = this.#schema.getQueryType()!
    const selections = Array.from({ length: this.#draw.pick([1, 1, 1, 2, 3]) }, () => this.#rootField(root))
    const selectionSet = this.#split(root, selections)
    const name = this.#draw.chance(0.3) ? nameNode('Asked') : undefined
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: 'query' as never,
          ...(name && { name }),
          variableDefinitions: this.#definitions,
          selectionSet,
        },
        ...this.#fragments,
      ],
    }
    const text = print(document)
    return { document: parse(text, { noLocation: true }), text, variables: this.#variables }
  }

  readonly #rootTaken = new Map<string, string>()

  #rootField(root: GraphQLObjectType): SelectionNode {
    const names = Object.keys(root.getFields()).filter((name) => this.#mayAsk(`Query.${name}`))
    const weights = names.map((name) => rootWeights[name] ?? 1)
    const total = weights.reduce((sum, each) => sum + each, 0)
    let left = (this.#draw.number(1_000_000) / 1_000_000) * total
    const at = weights.findIndex((weight) => (left -= weight) < 0)
    const field = root.getFields()[names[Math.max(0, at)]!]!
    return this.#field('Query', field, { depth: 0, items: 1, taken: this.#rootTaken })
  }

  /** Fields of a type, some in fragments. */
  #selections(type: Composite, scope: Scope): SelectionSetNode {
    const draw = this.#draw
    if (isAbstractType(type)) return this.#abstract(type, scope)
    const fields = this.#choose(type as GraphQLObjectType, scope)
    const nodes: SelectionNode[] = fields.map((field) => this.#field(type.name, field, scope))
    if (draw.chance(0.12)) nodes.splice(draw.number(nodes.length + 1), 0, this.#typename(scope))
    return this.#split(type, nodes)
  }

  #abstract(type: Composite & { name: string }, scope: Scope): SelectionSetNode {
    const draw = this.#draw
    const possible = this.#schema.getPossibleTypes(type as never)
    const isOwn = (each: GraphQLObjectType) => ['Entity', 'GraphEdge', 'MediaObject', 'MediaDerivative', 'Workflow', 'WorkflowStep', 'ProvenanceRun', 'EntitySource', 'EntityRevision'].includes(each.name) // prettier-ignore
    const chosen = draw.some(possible.filter(isOwn), 3)
    const nodes: SelectionNode[] = chosen.map((each) => {
      // The same name may mean something else in another type.
      const set = this.#selections(each, { ...scope, taken: new Map() })
      return { kind: Kind.INLINE_FRAGMENT, typeCondition: namedType(each.name), directives: this.#directives(0.05), selectionSet: prefixNames(set, each.name) } // prettier-ignore
    })
    if (draw.chance(0.7)) nodes.unshift({ kind: Kind.FIELD, name: nameNode('__typename') })
    if (type.name === 'Node' && draw.chance(0.5)) nodes.push({ kind: Kind.FIELD, name: nameNode('id') })
    return { kind: Kind.SELECTION_SET, selections: nodes }
  }

  #choose(type: GraphQLObjectType, { depth, items }: Scope): Field[] {
    const draw = this.#draw
    const all = Object.values(type.getFields()).filter(({ name }) => {
      const path = `${type.name}.${name}`
      return this.#mayAsk(path) && (!seldom.has(path) || (items < 4 && draw.chance(0.15)))
    })
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)))
    const mayNest = depth < 8 && items < maximumItems && this.#fields < 60
    const nested = all.filter((field) => !leaves.includes(field))
    if (type.name.endsWith('Connection')) return draw.some(all, 3)
    if (!mayNest && leaves.length > 0) return draw.some(leaves, 3)
    const isLink = leaves.length === 0
    return [
      ...(isLink ? [] : draw.some(leaves, 4)),
      ...(nested.length === 0 || (!isLink && draw.chance(0.3)) ? [] : draw.some(nested, depth > 3 ? 1 : 3)),
    ]
  }

  #field(parent: string, field: Field, scope: Scope): SelectionNode {
    this.#fields++
    const draw = this.#draw
    const { args, size } = this.#arguments(parent, field, scope)
    const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type)
    const items = scope.items * (size ?? (isList ? 3 : 1))
    const type = getNamedType(field.type)
    const selectionSet = isCompositeType(type)
      ? this.#selections(type, { depth: scope.depth + 1, items, taken: new Map() })
      : undefined
    const meaning = `${field.name}(${args.map(print).sort().join()})`
    let key = draw.chance(0.15) ? `${draw.pick(['a', 'b', 'title', 'x_1'])}${draw.number(9)}` : field.name
    // Merged selections are wanted, but only of leaves, which cannot clash.
    const clashes = () =>
      scope.taken.has(key) && (scope.taken.get(key) !== meaning || selectionSet !== undefined)
    while (clashes()) key = `${field.name}_${scope.taken.size}${draw.number(1000)}`
    scope.taken.set(key, meaning)
    const node: FieldNode = {
      kind: Kind.FIELD,
      name: nameNode(field.name),
      ...(key !== field.name && { alias: nameNode(key) }),
      arguments: args,
      directives: this.#directives(0.06),
      ...(selectionSet && { selectionSet }),
    }
    return node
  }

  #mayAsk(path: string): boolean {
    return !(path in excluded) && (this.#only === null || this.#only.has(path))
  }

  #typename({ taken }: Scope): SelectionNode {
    taken.set('__typename', '__typename()')
    return { kind: Kind.FIELD, name: nameNode('__typename') }
  }

  /** Moves some nodes into fragments and repeats some. */
  #split(type: Composite & { name: string }, nodes: readonly SelectionNode[]): SelectionSetNode {
    const draw = this.#draw
    const selections: SelectionNode[] = []
    for (const node of nodes) {
      const roll = draw.number(100)
      const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [node] }
      if (roll < 6) {
        const name = `Part${this.#fragments.length}`
        this.#fragments.push({ kind: Kind.FRAGMENT_DEFINITION, name: nameNode(name), typeCondition: namedType(type.name), selectionSet }) // prettier-ignore
        const spread: SelectionNode = { kind: Kind.FRAGMENT_SPREAD, name: nameNode(name), directives: this.#directives(0.2) } // prettier-ignore
        selections.push(spread, ...(draw.chance(0.3) ? [spread] : []))
      } else if (roll < 10)
        selections.push({ kind: Kind.INLINE_FRAGMENT, ...(draw.chance(0.5) && { typeCondition: namedType(type.name) }), directives: this.#directives(0.2), selectionSet }) // prettier-ignore
      else selections.push(node, ...(roll < 14 ? [node] : []))
    }
    return { kind: Kind.SELECTION_SET, selections }
  }

  #directives(share: number): DirectiveNode[] {
    const draw = this.#draw
    if (!draw.chance(share)) return []
    const name = draw.pick(['include', 'skip'])
    const isIn = draw.chance(0.75)
    const truth = name === 'include' ? isIn : !isIn
    const value = draw.chance(0.5) ? this.#variable('Boolean!', truth) : astFromValue(truth, GraphQLBoolean)!
    const condition: ArgumentNode = { kind: Kind.ARGUMENT, name: nameNode('if'), value }
    return [{ kind: Kind.DIRECTIVE, name: nameNode(name), arguments: [condition] }]
  }

  /** A variable with that value; it may have a default and be omitted. */
  #variable(type: string, value: unknown): ValueNode {
    const name = `v${this.#definitions.length}`
    const draw = this.#draw
    const json = toJson(value)
    const hasDefault = draw.chance(0.25) && json !== null
    this.#definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable: { kind: Kind.VARIABLE, name: nameNode(name) },
      type: parseTypeOf(type),
      ...(hasDefault && { defaultValue: toAst(value) as never }),
    })
    if (!hasDefault || draw.chance(0.6)) this.#variables[name] = json
    return { kind: Kind.VARIABLE, name: nameNode(name) }
  }

  #arguments(parent: string, field: Field, { items }: Scope): { args: ArgumentNode[]; size: number | null } {
    const draw = this.#draw
    const path = `${parent}.${field.name}`
    const isPaged = field.args.some(({ name }) => name === 'first')
    let inVariable = false
    const maker: ValueMaker = {
      draw,
      known: this.#known,
      asVariable: (type, value) => {
        if (inVariable || !draw.chance(0.04) || namesVariable(value)) return value
        const reference = this.#variable(String(type), value)
        return new VariableReference((reference as { name: { value: string } }).name.value)
      },
    }
    const given = new Map<string, unknown>()
    let cursors: readonly string[] = []
    const lists = this.#known.lists.get(path)
    if (isPaged && lists && draw.chance(0.35)) {
      const list = draw.pick(lists)
      for (const [name, value] of list.args) given.set(name, new Literal(value as ValueNode))
      cursors = list.cursors
    } else
      for (const argument of field.args) {
        if (paging.has(argument.name)) continue
        const isNeeded = isNonNullType(argument.type) && argument.defaultValue === undefined
        if (!isNeeded && !draw.chance(likelihood(argument))) continue
        if (!isNonNullType(argument.type) && draw.chance(0.02)) given.set(argument.name, null)
        else if (draw.chance(0.3)) {
          inVariable = true
          const value = this.#argument(maker, argument)
          inVariable = false
          const node = this.#variable(String(argument.type), value)
          given.set(argument.name, new VariableReference((node as { name: { value: string } }).name.value))
        } else given.set(argument.name, this.#argument(maker, argument))
      }
    const size = isPaged ? this.#page(field, given, cursors, items) : null
    const ids = given.get('ids')
    const args = [...given].map(([name, value]): ArgumentNode => ({
      kind: Kind.ARGUMENT,
      name: nameNode(name),
      value: toAst(value),
    }))
    return { args, size: Array.isArray(ids) ? ids.length : size }
  }

  #argument(maker: ValueMaker, { name, type }: GraphQLArgument): unknown {
    const { draw } = maker
    if (name === 'id' || name === 'ids') {
      const one = () => draw.pick(this.#known.pools['anyId']!)
      return name === 'id' ? one() : Array.from({ length: draw.number(6) }, one)
    }
    if (name === 'minDepth') return draw.number(4)
    if (name === 'maxDepth') return draw.chance(0.03) ? 99 : draw.number(4)
    if (name === 'query' && draw.chance(0.03)) return ' '
    if (name === 'types')
      return draw.pick([['Entity'], ['GraphEdge'], ['Entity', 'GraphEdge'], [], ['Nothing']])
    return randomValue(maker, type, [name])
  }

  /** Page sizes and cursors, invalid ones included. @returns the maximum number of items */
  #page(field: Field, given: Map<string, unknown>, cursors: readonly string[], items: number): number {
    const draw = this.#draw
    const has = (name: string) => field.args.some((argument) => argument.name === name)
    const most = Math.max(1, Math.min(30, Math.floor(maximumItems / items)))
    const size = draw.chance(0.02) ? draw.pick([0, -1, 101, 100]) : 1 + draw.number(Math.min(most, draw.pick([3, 10, 30])))
    const isBackward = has('last') && draw.chance(0.3)
    const put = (name: string, type: string, value: unknown) => given.set(name, draw.chance(0.2) ? new Literal(this.#variable(type, value)) : value) // prettier-ignore
    if (items > 8 || draw.chance(0.85)) put(isBackward ? 'last' : 'first', 'Int', size)
    if (has('last') && draw.chance(0.01)) given.set('last', 2)
    const cursor = () => (cursors.length > 0 && draw.chance(0.97) ? draw.pick(cursors) : draw.pick(['', 'nonsense', ...this.#anyCursor()])) // prettier-ignore
    const share = cursors.length > 0 ? 0.75 : 0.01
    if (has('after') && draw.chance(share)) put('after', 'String', cursor())
    if (has('before') && draw.chance(share / 2)) put('before', 'String', cursor())
    return Math.min(30, Math.max(1, given.has('first') || given.has('last') ? size : 20))
  } // prettier-ignore

  #anyCursor(): string[] {
    const lists = [...this.#known.lists.values()]
    return lists.length === 0 ? [] : this.#draw.pick(this.#draw.pick(lists)).cursors
  }
}

function likelihood({ name }: GraphQLArgument): number {
  if (name === 'asOf') return 0.03
  if (name === 'where') return 0.6
  if (name === 'orderBy') return 0.6
  return 0.5
}

class Literal {
  readonly node: ValueNode
  constructor(node: ValueNode) {
    this.node = node
  }
}

export function toAst(value: unknown): ValueNode {
  if (value instanceof Literal) return value.node
  if (value instanceof VariableReference) return { kind: Kind.VARIABLE, name: nameNode(value.name) }
  if (value instanceof EnumName) return { kind: Kind.ENUM, value: value.name }
  if (value === null || value === undefined) return { kind: Kind.NULL }
  if (Array.isArray(value)) return { kind: Kind.LIST, values: value.map(toAst) }
  if (typeof value === 'boolean') return { kind: Kind.BOOLEAN, value }
  if (typeof value === 'string') return { kind: Kind.STRING, value }
  if (typeof value === 'number') {
    const text = JSON.stringify(value)
    return /^-?\d+$/.test(text) ? { kind: Kind.INT, value: text } : { kind: Kind.FLOAT, value: text }
  }
  const fields = Object.entries(value).flatMap(([name, inner]) =>
    // An invalid name fits only into a variable.
    /^[_A-Za-z]\w*$/.test(name) ? [{ kind: Kind.OBJECT_FIELD as const, name: nameNode(name), value: toAst(inner) }] : [],
  )
  return { kind: Kind.OBJECT, fields }
} // prettier-ignore

function namesVariable(value: unknown): boolean {
  if (value instanceof VariableReference) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(namesVariable)
}

function toJson(value: unknown): unknown {
  if (value instanceof EnumName) return value.name
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]))
  return value
}

/** Prefixes response names, so that those of several types do not clash. */
function prefixNames(set: SelectionSetNode, prefix: string): SelectionSetNode {
  return {
    ...set,
    selections: set.selections.map((node): SelectionNode => {
      if (node.kind === Kind.FIELD && node.name.value !== '__typename')
        return { ...node, alias: nameNode(`${prefix}_${(node.alias ?? node.name).value}`) }
      if (node.kind === Kind.INLINE_FRAGMENT) return { ...node, selectionSet: prefixNames(node.selectionSet, prefix) }
      return node
    }),
  }
} // prettier-ignore

const nameNode = (value: string) => ({ kind: Kind.NAME, value }) as const
const namedType = (name: string) => ({ kind: Kind.NAMED_TYPE, name: nameNode(name) }) as const

const types = new Map<string, VariableDefinitionNode['type']>()
function parseTypeOf(text: string): VariableDefinitionNode['type'] {
  let type = types.get(text)
  if (type === undefined) {
    const [definition] = parse(`query ($v: ${text}) { __typename }`, { noLocation: true }).definitions
    type = (definition as unknown as { variableDefinitions: VariableDefinitionNode[] })
      .variableDefinitions[0]!.type
    types.set(text, type)
  }
  return type
}
export type { GraphQLInputType }
