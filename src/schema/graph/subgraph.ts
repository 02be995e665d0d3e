import { createFieldSet } from '../../readers/fields.ts'
import type { SubgraphFields, SubgraphRecord } from '../../readers/walk-reader.ts'
import { readAsOf } from '../../resolvers/as-of.ts'
import { getSubgraph, hashSubgraph } from '../../resolvers/walks/subgraph.ts'
import { GraphRef } from './as-of.ts'
import { builder } from '../base/builder.ts'
import { cost, semanticNonNull, withDirectives } from '../base/directives.ts'
import { GraphEdge } from './edge.ts'
import { edgeFields } from './edge-fields.ts'
import { Entity } from './entity.ts'
import { EntityLookup } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { EntityFilterInput, TraversalDirection } from './filters.ts'
import { perSelection, selectionOf } from '../base/selection.ts'

const Subgraph = builder.objectRef<SubgraphRecord>('Subgraph')
Subgraph.implement({
  description: 'A flat, deduplicated set, ready for a graph drawing library.',
  fields: (t) => ({
    entities: t.expose('entities', { type: [Entity] }),
    edges: t.expose('edges', { type: [GraphEdge] }),
    truncated: t.exposeBoolean('truncated', { description: 'True if maxEntities or maxEdges cut it.' }),
    entityCount: t.int({ resolve: ({ entities }) => entities.length }),
    edgeCount: t.int({ resolve: ({ edges }) => edges.length }),
    hash: t.field({
      type: 'SHA256',
      description:
        'Over `{"edges": […], "entities": […]}`, the content hashes in the order of the lists: the same content has the same hash.',
      resolve: hashSubgraph,
    }),
  }),
})

const SubgraphEdges = builder.enumType('SubgraphEdges', { values: ['WALKED', 'INDUCED'] as const })

const SubgraphInput = builder.inputType('SubgraphInput', {
  fields: (t) => ({
    seeds: t.field({
      type: [EntityLookup],
      required: true,
      defaultValue: [],
      description: 'Start points; empty means the whole graph under `where`.',
    }),
    depth: t.int({ required: true, defaultValue: 1 }),
    direction: t.field({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
    relations: t.field({ type: ['Key'] }),
    where: t.field({
      type: EntityFilterInput,
      description: 'Entities the walk enters; start points are there all the same.',
    }),
    include: t.field({
      type: SubgraphEdges,
      required: true,
      defaultValue: 'INDUCED',
      description: 'INDUCED: also edges between found entities off the walk.',
    }),
    maxEntities: t.int({ required: true, defaultValue: 500 }),
    maxEdges: t.int({ required: true, defaultValue: 2000 }),
  }),
})

/** The columns that a selection needs; the hash needs the content hashes. */
const subgraphFields = perSelection((selection): SubgraphFields => {
  const entities = entityFields(selection.of('entities'))
  const edges = edgeFields(selection.of('edges'))
  if (!selection.has('hash')) return { entities, edges }
  return {
    entities: createFieldSet([...entities.names, 'contentHash']),
    edges: { ...edges, ...createFieldSet([...edges.names, 'contentHash']) },
  }
})

builder.queryFields((t) => ({
  subgraph: t.field({
    type: Subgraph,
    nullable: true,
    ...withDirectives(semanticNonNull, cost(20)),
    args: { input: t.arg({ type: SubgraphInput, required: true }), asOf: t.arg({ type: GraphRef }) },
    resolve: (_, { input, asOf }, context, info) => {
      const fields = subgraphFields(selectionOf(info))
      return readAsOf(context, asOf, (then) => getSubgraph(then, input, fields))
    },
  }),
}))
