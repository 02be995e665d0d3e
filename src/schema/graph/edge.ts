import { pastReaderOf } from '../../readers/as-of-reader.ts'
import { readAsOf } from '../../resolvers/as-of.ts'
import { getEdge, listEdges } from '../../resolvers/edge.ts'
import { listSources } from '../../resolvers/provenance.ts'
import type { EdgeRecord } from '../../readers/graph-reader.ts'
import { GraphRef } from './as-of.ts'
import { builder } from '../base/builder.ts'
import { connectionOf, nodeSelection, pagingArguments, wantedOf } from '../base/connection.ts'
import { listSize, semanticNonNull, withDirectives } from '../base/directives.ts'
import { edgeFields } from './edge-fields.ts'
import { Entity } from './entity.ts'
import { GraphEdgeFilterInput, OrderDirection } from './filters.ts'
import { globalId, Node } from '../base/node.ts'
import { EntitySourceConnection } from './provenance.ts'
import { selectionOf } from '../base/selection.ts'
import { Relation } from './vocabulary.ts'

export const GraphEdge = builder.objectRef<EdgeRecord>('GraphEdge')
GraphEdge.implement({
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('GraphEdge') }),
    relation: t.field({
      type: Relation,
      resolve: (edge) => ({ key: edge.relationKey, via: pastReaderOf(edge) }),
    }),
    // Ends are read together with the edge, see edge-fields.ts.
    source: t.field({ type: Entity, resolve: ({ source }) => source! }),
    target: t.field({ type: Entity, resolve: ({ target }) => target! }),
    label: t.exposeString('label', { nullable: true }),
    weight: t.exposeFloat('weight', { nullable: true }),
    attributes: t.expose('attributes', { type: 'JSON' }),
    sources: t.field({
      type: EntitySourceConnection,
      args: pagingArguments,
      resolve: ({ id }, args, context, info) =>
        listSources(context, { of: 'edge', id }, args, wantedOf(selectionOf(info))),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    revision: t.exposeInt('revision'),
    contentHash: t.expose('contentHash', { type: 'SHA256' }),
  }),
})

export const GraphEdgeConnection = connectionOf(
  () => GraphEdge,
  'GraphEdgeConnection',
  'GraphEdgeConnectionEdge',
)

const GraphEdgeOrderField = builder.enumType('GraphEdgeOrderField', {
  values: ['RELATION', 'WEIGHT', 'CREATED_AT', 'UPDATED_AT'] as const,
})
export const GraphEdgeOrder = builder.inputType('GraphEdgeOrder', {
  fields: (t) => ({
    field: t.field({ type: GraphEdgeOrderField, required: true }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC' }),
  }),
})

builder.queryFields((t) => ({
  edge: t.field({
    type: GraphEdge,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: (_, { id }, context, info) => getEdge(context, id, edgeFields(selectionOf(info))),
  }),
  edges: t.field({
    type: GraphEdgeConnection,
    nullable: true,
    ...withDirectives(semanticNonNull, listSize(['first', 'last'])),
    args: {
      where: t.arg({ type: GraphEdgeFilterInput }),
      orderBy: t.arg({ type: [GraphEdgeOrder] }),
      asOf: t.arg({ type: GraphRef }),
      ...pagingArguments,
    },
    resolve: (_, { asOf, ...args }, context, info) => {
      const selection = selectionOf(info)
      const fields = edgeFields(nodeSelection(selection))
      return readAsOf(context, asOf, (then) => listEdges(then, args, wantedOf(selection), fields))
    },
  }),
}))
