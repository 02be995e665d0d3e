import type { List, ListEdge } from '../../resolvers/list.ts'
import type { NeighborFields, NeighborRecord } from '../../readers/graph-reader.ts'
import { builder } from '../base/builder.ts'
import { cursorField, edgesOf, nodeSelection, pageInfoField, totalCountField } from '../base/connection.ts'
import { GraphEdge } from './edge.ts'
import { edgeFields } from './edge-fields.ts'
import { Entity } from './entity.ts'
import { entityFields } from './entity-fields.ts'
import { TraversalDirection } from './filters.ts'
import { perSelection } from '../base/selection.ts'

const NeighborEdge = builder.objectRef<ListEdge<NeighborRecord>>('NeighborEdge')
NeighborEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({ type: Entity, resolve: ({ item }) => item.node }),
    edge: t.field({ type: GraphEdge, resolve: ({ item }) => item.edge }),
    direction: t.field({
      type: TraversalDirection,
      description: 'OUT if the parent is the source.',
      resolve: ({ item }) => item.direction,
    }),
  }),
})

export const NeighborConnection = builder.objectRef<List<NeighborRecord>>('NeighborConnection')
NeighborConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [NeighborEdge], resolve: edgesOf }),
    nodes: t.field({ type: [Entity], resolve: ({ page }) => page.items.map(({ item }) => item.node) }),
    pageInfo: pageInfoField(t),
    totalCount: totalCountField(t),
  }),
})

export const neighborFields = perSelection((selection): NeighborFields => {
  const node = entityFields(nodeSelection(selection))
  const edge = edgeFields(selection.of('edges').of('edge'))
  return { key: [node.key, edge.key, edge.source?.key, edge.target?.key].join(' '), node, edge }
})
