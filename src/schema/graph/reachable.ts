import type { ReachableFields, ReachableRecord } from '../../readers/walk-reader.ts'
import { map, type ListEdge } from '../../resolvers/list.ts'
import type { ReachableList } from '../../resolvers/walks/reachable.ts'
import { builder } from '../base/builder.ts'
import { cursorField, edgesOf, nodeSelection, pageInfoField, totalCountField } from '../base/connection.ts'
import { Entity } from './entity.ts'
import { entityFields } from './entity-fields.ts'
import { Path, pathFields } from './path.ts'
import { perSelection } from '../base/selection.ts'

const ReachableEdge = builder.objectRef<ListEdge<ReachableRecord>>('ReachableEdge')
ReachableEdge.implement({
  fields: (t) => ({
    cursor: cursorField(t),
    node: t.field({ type: Entity, resolve: ({ item }) => item.node }),
    depth: t.int({ resolve: ({ item }) => item.depth }),
    // Paths are read together with their page.
    path: t.field({
      type: Path,
      description: 'One shortest path from the start.',
      resolve: ({ item }) => item.path!,
    }),
  }),
})

export const ReachableConnection = builder.objectRef<ReachableList>('ReachableConnection')
ReachableConnection.implement({
  fields: (t) => ({
    edges: t.field({ type: [ReachableEdge], resolve: edgesOf }),
    nodes: t.field({ type: [Entity], resolve: ({ page }) => page.items.map(({ item }) => item.node) }),
    pageInfo: pageInfoField(t),
    totalCount: totalCountField(t),
    truncated: t.boolean({
      description: 'True if a limit stopped the walk.',
      resolve: ({ size }) => map(size(), ({ truncated }) => truncated),
    }),
  }),
})

export const reachableFields = perSelection((selection): ReachableFields => {
  const node = entityFields(nodeSelection(selection))
  const edges = selection.of('edges')
  const path = edges.has('path') ? pathFields(edges.of('path')) : null
  return { key: `${node.key} ${path?.key}`, node, path }
})
