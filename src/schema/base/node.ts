import type { GraphQLResolveInfo } from 'graphql'
import { encodeGlobalId, type NodeType } from '../../domain/graph/global-id.ts'
import { findNode, findNodes, type NodeRecord } from '../../resolvers/node.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { edgeFields } from '../graph/edge-fields.ts'
import { entityFields } from '../graph/entity-fields.ts'
import { selectionOf, type Selection } from './selection.ts'

export interface NodeShape {
  readonly id: string
}

export const Node = builder.interfaceRef<NodeShape>('Node')
Node.implement({
  description:
    'An object with a globally unique, opaque id. Clients must not parse it; use `slug` for a readable one.',
  fields: (t) => ({
    id: t.id({ description: 'Opaque global id.', resolve: () => '' }),
  }),
  resolveType: (node) => (node as NodeRecord).nodeType,
})

export function globalId(type: NodeType) {
  return (row: { readonly id: string }) => encodeGlobalId(type, row.id)
}

const wantedOf = (selection: Selection) => ({ entity: entityFields(selection), edge: edgeFields(selection) })

/** The node with a global id, read for the current selection. */
export function resolveNode(context: Context, id: string, info: GraphQLResolveInfo) {
  return findNode(context, id, wantedOf(selectionOf(info)))
}

builder.queryFields((t) => ({
  node: t.field({
    type: Node,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_, { id }, context, info) => resolveNode(context, id, info),
  }),
  nodes: t.field({
    type: [Node],
    nullable: { list: false, items: true },
    description: 'Same order as ids; null where nothing is found.',
    args: { ids: t.arg.idList({ required: true }) },
    resolve: (_, { ids }, context, info) => findNodes(context, ids, wantedOf(selectionOf(info))),
  }),
}))
