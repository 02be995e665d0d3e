import type { PathFields, PathRecord } from '../../readers/walk-reader.ts'
import type { ListEdge } from '../../resolvers/list.ts'
import { getShortestPath, listPaths, pathDefaults, type PathList } from '../../resolvers/walks/path.ts'
import { builder } from '../base/builder.ts'
import { cursorField, edgesOf, nodeSelection, pageInfoField } from '../base/connection.ts'
import { cost, listSize, semanticNonNull, withDirectives } from '../base/directives.ts'
import { GraphEdge } from './edge.ts'
import { edgeFields } from './edge-fields.ts'
import { Entity } from './entity.ts'
import { EntityLookup } from './entity-connection.ts'
import { entityFields } from './entity-fields.ts'
import { EntityFilterInput, TraversalDirection } from './filters.ts'
import { perSelection, selectionOf } from '../base/selection.ts'

export const Path = builder.objectRef<PathRecord>('Path')
Path.implement({
  description: 'An alternating walk; entities.length = edges.length + 1.',
  fields: (t) => ({
    entities: t.expose('entities', { type: [Entity] }),
    edges: t.expose('edges', { type: [GraphEdge] }),
    length: t.exposeInt('length'),
    cost: t.exposeFloat('cost'),
  }),
})

export const pathFields = perSelection((selection): PathFields => {
  const entities = entityFields(selection.of('entities'))
  const edges = edgeFields(selection.of('edges'))
  return {
    key: [entities.key, edges.key, edges.source?.key, edges.target?.key].join(' '),
    entities,
    edges,
  }
})

const PathCost = builder.enumType('PathCost', { values: ['HOPS', 'WEIGHT', 'INVERSE_WEIGHT'] as const })

const PathOptions = builder.inputType('PathOptions', {
  fields: (t) => ({
    direction: t.field({
      type: TraversalDirection,
      required: true,
      defaultValue: pathDefaults.direction,
    }),
    relations: t.field({ type: ['Key'] }),
    through: t.field({
      type: EntityFilterInput,
      description: 'Entities a path may pass through; endpoints are exempt.',
    }),
    maxLength: t.int({ required: true, defaultValue: pathDefaults.maxLength }),
    cost: t.field({
      type: PathCost,
      required: true,
      defaultValue: pathDefaults.cost,
      description: "HOPS: 1 each; WEIGHT: the edge's weight; INVERSE_WEIGHT: 1 / weight.",
    }),
  }),
})

const PathEdge = builder.objectRef<ListEdge<PathRecord>>('PathEdge')
PathEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({ type: Path, resolve: ({ item }) => item }),
  }),
})

const PathConnection = builder.objectRef<PathList>('PathConnection')
PathConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [PathEdge], resolve: edgesOf }),
    nodes: t.field({ type: [Path], resolve: ({ page }) => page.items.map(({ item }) => item) }),
    pageInfo: pageInfoField(t),
    truncated: t.exposeBoolean('truncated', { description: 'True if more paths exist than were searched.' }),
  }),
})

builder.queryFields((t) => ({
  shortestPath: t.field({
    type: Path,
    nullable: true,
    description: 'Null if no path within maxLength.',
    ...withDirectives(cost(10)),
    args: {
      from: t.arg({ type: EntityLookup, required: true }),
      to: t.arg({ type: EntityLookup, required: true }),
      options: t.arg({ type: PathOptions }),
    },
    resolve: (_, args, context, info) => getShortestPath(context, args, pathFields(selectionOf(info))),
  }),
  paths: t.field({
    type: PathConnection,
    nullable: true,
    description: 'Simple paths by rising cost; ties by entity slugs, so the order is stable.',
    ...withDirectives(semanticNonNull, cost(20), listSize(['first'], 5)),
    args: {
      from: t.arg({ type: EntityLookup, required: true }),
      to: t.arg({ type: EntityLookup, required: true }),
      options: t.arg({ type: PathOptions }),
      first: t.arg.int({ defaultValue: 5 }),
      after: t.arg.string(),
    },
    resolve: (_, args, context, info) => {
      const selection = selectionOf(info)
      const wanted = {
        paths: selection.hasAny('edges', 'nodes', 'pageInfo'),
        truncated: selection.has('truncated'),
      }
      return listPaths(context, args, wanted, pathFields(nodeSelection(selection)))
    },
  }),
}))
