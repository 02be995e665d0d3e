import type { ObjectRef } from '@pothos/core'
import { encodeCursor } from '../../domain/paging/cursor.ts'
import type { List, ListEdge, Wanted } from '../../resolvers/list.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { perSelection, type Selection } from './selection.ts'

export type SchemaTypes = typeof builder.$inferSchemaTypes

/** A list whose length does not matter. */
type Paged<Item> = Pick<List<Item>, 'page' | 'fingerprint'>

const PageInfo = builder.objectRef<Paged<unknown>>('PageInfo')
function cursorAt(list: Paged<unknown>, index: number, { cursorKey }: Context): string | null {
  const position = list.page.items.at(index)?.position
  return position ? encodeCursor(cursorKey, list.fingerprint, position) : null
}
PageInfo.implement({
  fields: (t) => ({
    hasNextPage: t.boolean({ resolve: ({ page }) => page.hasNextPage }),
    hasPreviousPage: t.boolean({ resolve: ({ page }) => page.hasPreviousPage }),
    startCursor: t.string({ nullable: true, resolve: (list, _, context) => cursorAt(list, 0, context) }),
    endCursor: t.string({ nullable: true, resolve: (list, _, context) => cursorAt(list, -1, context) }),
  }),
})

export const forwardArguments = builder.args((t) => ({ first: t.int(), after: t.string() }))
export const pagingArguments = builder.args((t) => ({
  first: t.int(),
  after: t.string(),
  last: t.int(),
  before: t.string(),
}))

export const wantedOf = perSelection((selection): Wanted => ({
  rows: selection.hasAny('edges', 'nodes', 'pageInfo'),
  positions:
    selection.of('edges').has('cursor') || selection.of('pageInfo').hasAny('startCursor', 'endCursor'),
}))

/** The selection on a connection's nodes, through both `nodes` and `edges`. */
export const nodeSelection = perSelection((selection: Selection) =>
  selection.of('nodes').and(selection.of('edges').of('node')),
)

const edgeTypes = new WeakMap<object, object>()

export function edgeTypeOf<Item>(
  connection: ObjectRef<SchemaTypes, List<Item>>,
): ObjectRef<SchemaTypes, ListEdge<Item>> {
  return edgeTypes.get(connection) as ObjectRef<SchemaTypes, ListEdge<Item>>
}

/** A connection of rows and its edge type. `node` is a function because types refer to each other. */
export function connectionOf<Item, Shape extends List<Item> = List<Item>>(
  node: () => ObjectRef<SchemaTypes, Item>,
  name: string,
  edgeName: string,
): ObjectRef<SchemaTypes, Shape> {
  const Edge = builder.objectRef<ListEdge<Item>>(edgeName)
  Edge.implement({
    fields: (t) => ({
      cursor: cursorField(t),
      node: t.field({ type: node(), resolve: ({ item }) => item as never }),
    }),
  })
  const Connection = builder.objectRef<Shape>(name)
  Connection.implement({
    fields: (t) => ({
      edges: t.field({ type: [Edge], resolve: edgesOf }),
      nodes: t.field({ type: [node()], resolve: ({ page }) => page.items.map(({ item }) => item) as never }),
      pageInfo: pageInfoField(t),
      totalCount: totalCountField(t),
    }),
  })
  edgeTypes.set(Connection, Edge)
  return Connection
}

export function edgesOf<Item>({ page, fingerprint }: Paged<Item>): ListEdge<Item>[] {
  return page.items.map(({ item, position }) => ({ item, position, fingerprint }))
}

type FieldBuilder<Shape> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>

export function cursorField<Item>(t: FieldBuilder<ListEdge<Item>>) {
  return t.string({
    resolve: ({ position, fingerprint }, _, { cursorKey }) =>
      encodeCursor(cursorKey, fingerprint, position ?? []),
  })
}

export function pageInfoField<Shape extends Paged<unknown>>(t: FieldBuilder<Shape>) {
  return t.field({ type: PageInfo, resolve: (list) => list })
}

export function totalCountField<Shape extends List<unknown>>(t: FieldBuilder<Shape>) {
  return t.int({ description: 'Computed only if selected.', resolve: ({ count }) => count() })
}
