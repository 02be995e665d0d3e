import { pastReaderOf } from '../../readers/as-of-reader.ts'
import type { EntityRecord } from '../../readers/graph-reader.ts'
import { readAsOf } from '../../resolvers/as-of.ts'
import { listEdgesOf } from '../../resolvers/edge.ts'
import { getAttribute, getEntity, listEntities, listNeighbors } from '../../resolvers/entity.ts'
import { wholeList } from '../../resolvers/list.ts'
import { listMediaOf } from '../../resolvers/media.ts'
import { listSources } from '../../resolvers/provenance.ts'
import { listRevisions } from '../../resolvers/revision.ts'
import { listReachable } from '../../resolvers/walks/reachable.ts'
import { listSimilar } from '../../resolvers/walks/similar.ts'
import { listWorkflowsOf } from '../../resolvers/workflow.ts'
import { GraphRef, within } from './as-of.ts'
import { builder } from '../base/builder.ts'
import { forwardArguments, nodeSelection, pagingArguments, wantedOf } from '../base/connection.ts'
import { cost, listSize, semanticNonNull, withDirectives } from '../base/directives.ts'
import { GraphEdgeConnection, GraphEdgeOrder } from './edge.ts'
import { edgeFields } from './edge-fields.ts'
import { EntityConnection, EntityLookup, EntityOrder } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { EntityRevisionConnection } from '../history/entity-revision.ts'
import { EntityFilterInput, GraphEdgeFilterInput, PublicationStatus, TraversalDirection } from './filters.ts'
import { MediaConnection, MediaFilterInput } from './media.ts'
import { EntityMetrics } from './metrics.ts'
import { NeighborConnection, neighborFields } from './neighbor.ts'
import { globalId, Node } from '../base/node.ts'
import { EntitySourceConnection } from './provenance.ts'
import { ReachableConnection, reachableFields } from './reachable.ts'
import { selectionOf } from '../base/selection.ts'
import { SimilarEntity, similarFields, SimilarityMeasure } from './similar.ts'
import { Domain, EntityKind } from './vocabulary.ts'
import { WorkflowConnection } from './workflow.ts'

const pagedBothWays = withDirectives(listSize(['first', 'last']))

export const Entity = builder.objectRef<EntityRecord>('Entity')
Entity.implement({
  description: 'A thing in the public knowledge graph (table kb_entities).',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ resolve: globalId('Entity') }),
    slug: t.expose('slug', {
      type: 'Key',
      description: 'Unique, readable and stable across environments; the address people type.',
    }),
    kind: t.field({
      type: EntityKind,
      resolve: (entity) => ({ key: entity.kindKey, via: pastReaderOf(entity) }),
    }),
    domain: t.field({
      type: Domain,
      nullable: true,
      resolve: (entity) =>
        entity.domainKey === null ? null : { key: entity.domainKey, via: pastReaderOf(entity) },
    }),
    title: t.exposeString('title'),
    summary: t.exposeString('summary', { nullable: true }),
    url: t.expose('url', { type: 'URL', nullable: true }),
    status: t.expose('status', { type: PublicationStatus }),
    tags: t.field({ type: ['String'], resolve: ({ tags }) => wholeList(tags, 'tags') }),
    attributes: t.expose('attributes', {
      type: 'JSON',
      description: 'Everything typed columns do not hold; validated against `kind.attributeSchema`.',
    }),
    attribute: t.field({
      type: 'JSON',
      nullable: true,
      args: { pointer: t.arg.string({ required: true, description: 'RFC 6901 JSON pointer.' }) },
      resolve: (entity, { pointer }) => getAttribute(entity, pointer),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime' }),
    revision: t.exposeInt('revision', {
      description: 'Optimistic lock: give it back as `expectedRevision`.',
    }),
    contentHash: t.expose('contentHash', { type: 'SHA256' }),

    degree: t.int({
      args: {
        direction: t.arg({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
        relations: t.arg({ type: ['Key'] }),
      },
      resolve: (entity, { direction, relations }, context) =>
        within(entity, context).reader.degreeOf(entity.slug, { direction, relations: relations ?? null }),
    }),
    edges: t.field({
      type: GraphEdgeConnection,
      description: 'Edges touching this entity.',
      ...pagedBothWays,
      args: {
        direction: t.arg({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
        where: t.arg({ type: GraphEdgeFilterInput }),
        orderBy: t.arg({ type: [GraphEdgeOrder] }),
        ...pagingArguments,
      },
      resolve: (entity, args, context, info) => {
        const selection = selectionOf(info)
        return listEdgesOf(
          within(entity, context),
          entity.slug,
          args,
          wantedOf(selection),
          edgeFields(nodeSelection(selection)),
        )
      },
    }),
    neighbors: t.field({
      type: NeighborConnection,
      description:
        "Adjacent entities, one entry for each edge between them; the connection's edge carries the graph edge. A symmetric relation is stored once a pair.",
      ...pagedBothWays,
      args: {
        direction: t.arg({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
        relations: t.arg({ type: ['Key'] }),
        where: t.arg({ type: EntityFilterInput }),
        orderBy: t.arg({ type: [EntityOrder] }),
        ...pagingArguments,
      },
      resolve: (entity, args, context, info) => {
        const selection = selectionOf(info)
        return listNeighbors(
          within(entity, context),
          entity.slug,
          args,
          wantedOf(selection),
          neighborFields(selection),
        )
      },
    }),

    reachable: t.field({
      type: ReachableConnection,
      description:
        'Everything within `maxDepth` hops, breadth first, each entity once at its least depth. Cycle-safe.',
      ...withDirectives(cost(5), listSize(['first'])),
      args: {
        direction: t.arg({ type: TraversalDirection, required: true, defaultValue: 'ANY' }),
        relations: t.arg({ type: ['Key'] }),
        where: t.arg({ type: EntityFilterInput }),
        minDepth: t.arg.int({ required: true, defaultValue: 1 }),
        maxDepth: t.arg.int({ required: true, defaultValue: 2 }),
        ...forwardArguments,
      },
      resolve: (entity, args, context, info) => {
        const selection = selectionOf(info)
        return listReachable(
          within(entity, context),
          entity.slug,
          args,
          wantedOf(selection),
          reachableFields(selection),
        )
      },
    }),
    similar: t.field({
      type: [SimilarEntity],
      description: 'Entities like this one.',
      ...withDirectives(cost(5)),
      args: {
        by: t.arg({ type: SimilarityMeasure, required: true, defaultValue: 'SHARED_NEIGHBORS' }),
        first: t.arg.int({ defaultValue: 10 }),
      },
      resolve: (entity, { by, first }, context, info) =>
        listSimilar(within(entity, context), entity.slug, by, first ?? 10, similarFields(selectionOf(info))),
    }),
    metrics: t.field({
      type: EntityMetrics,
      nullable: true,
      resolve: (entity, _, context) => within(entity, context).reader.metricsOf(entity.slug),
    }),

    media: t.field({
      type: MediaConnection,
      args: { where: t.arg({ type: MediaFilterInput }), ...pagingArguments },
      resolve: ({ id }, args, context, info) => listMediaOf(context, id, args, wantedOf(selectionOf(info))),
    }),
    workflows: t.field({
      type: WorkflowConnection,
      args: pagingArguments,
      resolve: ({ id }, args, context, info) =>
        listWorkflowsOf(context, id, args, wantedOf(selectionOf(info))),
    }),
    revisions: t.field({
      type: EntityRevisionConnection,
      description: 'Earlier states, newest first.',
      args: pagingArguments,
      resolve: ({ id }, args, context, info) => listRevisions(context, id, args, wantedOf(selectionOf(info))),
    }),
    sources: t.field({
      type: EntitySourceConnection,
      description: 'Where this was learnt: W3C PROV `wasDerivedFrom`.',
      args: pagingArguments,
      resolve: ({ id }, args, context, info) =>
        listSources(context, { of: 'entity', id }, args, wantedOf(selectionOf(info))),
    }),
  }),
})

builder.queryFields((t) => ({
  entity: t.field({
    type: Entity,
    nullable: true,
    args: { by: t.arg({ type: EntityLookup, required: true }), asOf: t.arg({ type: GraphRef }) },
    resolve: (_, { by, asOf }, context, info) =>
      readAsOf(context, asOf, (then) => getEntity(then, by, entityFields(selectionOf(info)))),
  }),
  entities: t.field({
    type: EntityConnection,
    nullable: true,
    ...withDirectives(semanticNonNull, listSize(['first', 'last'])),
    args: {
      where: t.arg({ type: EntityFilterInput }),
      orderBy: t.arg({ type: [EntityOrder] }),
      asOf: t.arg({ type: GraphRef }),
      ...pagingArguments,
    },
    resolve: (_, { asOf, ...args }, context, info) => {
      const selection = selectionOf(info)
      const fields = entityFields(nodeSelection(selection))
      return readAsOf(context, asOf, (then) => listEntities(then, args, wantedOf(selection), fields))
    },
  }),
}))
