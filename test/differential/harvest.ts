import { getNamedType, isAbstractType, Kind, type DocumentNode, type FieldNode, type GraphQLSchema, type SelectionSetNode } from 'graphql' // prettier-ignore
import type { KnownValues } from './known-values.ts'

const mostLists = 30
const paging = new Set(['first', 'last', 'after', 'before'])

/** Collects cursors with their lists' arguments, for later operations to page on. */
export function harvestCursors(
  schema: GraphQLSchema,
  document: DocumentNode,
  data: unknown,
  lists: KnownValues['lists'],
): void {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  )
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return

  const fieldsOf = function* (set: SelectionSetNode, type: string): Generator<{ field: FieldNode; type: string }> {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) yield { field: node, type }
      else if (node.kind === Kind.INLINE_FRAGMENT)
        yield* fieldsOf(node.selectionSet, node.typeCondition?.name.value ?? type)
      else {
        const fragment = fragments.get(node.name.value)!
        yield* fieldsOf(fragment.selectionSet, fragment.typeCondition.name.value)
      }
    }
  } // prettier-ignore
  const visit = (set: SelectionSetNode, typeName: string, value: unknown, depth: number): void => {
    if (Array.isArray(value)) return value.slice(0, 3).forEach((item) => visit(set, typeName, item, depth))
    if (typeof value !== 'object' || value === null || depth > 12) return
    for (const { field, type } of fieldsOf(set, typeName)) {
      const inner = (value as Record<string, unknown>)[(field.alias ?? field.name).value]
      const owner = schema.getType(type)
      if (!field.selectionSet || inner == null || !owner || !('getFields' in owner)) continue
      const definition = owner.getFields()[field.name.value]
      if (definition === undefined) continue
      const named = getNamedType(definition.type)
      if (named.name.endsWith('Connection')) keep(`${type}.${field.name.value}`, field, inner)
      visit(field.selectionSet, named.name, inner, depth + 1)
      if (isAbstractType(named)) continue
    }
  }
  const keep = (path: string, field: FieldNode, connection: unknown) => {
    const args = new Map(
      (field.arguments ?? []).flatMap(({ name, value }) => (paging.has(name.value) ? [] : [[name.value, value]])),
    )
    // Variables belong to their own document.
    if (JSON.stringify([...args.values()]).includes('"Variable"')) return
    const cursors = new Set<string>()
    collectCursors(connection, cursors, 0)
    if (cursors.size === 0) return
    const known = lists.get(path) ?? []
    known.push({ args, cursors: [...cursors].slice(0, 8) })
    if (known.length > mostLists) known.shift()
    lists.set(path, known)
  } // prettier-ignore
  visit(operation.selectionSet, 'Query', data, 0)
}

/** Cursors of the connection itself, not of nested ones. */
function collectCursors(value: unknown, into: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 2) return
  for (const [name, inner] of Object.entries(value))
    if (typeof inner === 'string' && /cursor/i.test(name)) into.add(inner)
    else if (typeof inner === 'object') collectCursors(inner, into, depth + 1)
}
