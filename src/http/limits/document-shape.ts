import {
  getNamedType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql'
import { AppError } from '../../errors.ts'
import { fieldOf, fragmentsOf, isIntrospection, operationsOf } from './document-fields.ts'

export interface Shape {
  readonly depth: number
  readonly fields: number
  readonly aliases: number
  readonly directives: number
  /** Most directives on one field, or fields of one selection that share a name. */
  readonly directivesOnOne: number
  readonly sameName: number
  readonly introspects: boolean
  /** Deepest nesting of cyclic introspection lists. */
  readonly introspectionCircles: number
}

export interface OperationShape extends Shape {
  readonly rootFields: number
}

/** Operations by name (`undefined` if anonymous), and all fragments, since validation visits unused ones, too. */
export interface DocumentShape {
  readonly operations: ReadonlyMap<string | undefined, OperationShape>
  readonly fragments: readonly Shape[]
}

/**
 * Measures a document in linear time, whatever its fragments. Must run before validation, some rules of which are quadratic;
 * other faults are left to validation.
 * @throws AppError BAD_REQUEST for fragment cycles
 */
export function shapeDocument(schema: GraphQLSchema, document: DocumentNode): DocumentShape {
  const definitions = fragmentsOf(document)
  const shapes = new Map<string, Shape | 'open'>()

  function fragment(name: string): Shape {
    const known = shapes.get(name)
    if (known === 'open')
      throw new AppError('BAD_REQUEST', `The fragment ${name} spreads itself, directly or through others.`)
    const node = definitions.get(name)
    if (known !== undefined || node === undefined) return known ?? empty
    shapes.set(name, 'open')
    const shape = selection(node.selectionSet, schema.getType(node.typeCondition.name.value) ?? null)
    shapes.set(name, shape)
    return shape
  }

  function selection(set: SelectionSetNode, type: GraphQLNamedType | null): Shape {
    const parts: Shape[] = []
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
    const sum = (of: (part: Shape) => number) => parts.reduce((total, part) => total + of(part), 0)
    const most = (of: (part: Shape) => number) => parts.reduce((top, part) => Math.max(top, of(part)), 0)
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
    }
  }

  function field({ name: { value: name }, selectionSet }: FieldNode, parent: GraphQLNamedType | null): Shape {
    const type = getNamedType(fieldOf(schema, parent, name)?.type) ?? null
    const below = selectionSet ? selection(selectionSet, type) : empty
    const isCircular = parent?.name.startsWith('__') === true && circular.has(name)
    return {
      ...below,
      depth: below.depth + 1,
      fields: below.fields + 1,
      introspects: below.introspects || isIntrospection(name),
      introspectionCircles: below.introspectionCircles + (isCircular ? 1 : 0),
    }
  }

  const operations = operationsOf(document).map((node): [string | undefined, OperationShape] => [
    node.name?.value,
    {
      ...selection(node.selectionSet, schema.getRootType(node.operation) ?? null),
      rootFields: node.selectionSet.selections.length,
    },
  ])
  return { operations: new Map(operations), fragments: [...definitions.keys()].map(fragment) }
}

const empty: Shape = {
  depth: 0,
  fields: 0,
  aliases: 0,
  directives: 0,
  directivesOnOne: 0,
  sameName: 0,
  introspects: false,
  introspectionCircles: 0,
}

/** Introspection lists through which types lead back to types. */
const circular = new Set(['fields', 'inputFields', 'interfaces', 'possibleTypes'])
