import { toPage } from '../../../domain/paging/page.ts'
import { keysetOf } from '../../../graph/lists/order-terms.ts'
import {
  listReachable,
  listReachableByPaths,
  pageOfReached,
  reachRules,
  type ReachedList,
} from '../../../graph/lists/reachable.ts'
import { depthAt, pathTo } from '../../../graph/walks/reach.ts'
import { createSteps } from '../../../graph/walks/steps.ts'
import { tellPath } from '../../../graph/walks/walked-path.ts'
import type { PathFields, PathRecord, ReachRequest, WalkReader } from '../../walk-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { entityRecords, pathRecord } from '../records.ts'

export function createReachReads(graph: MemoryGraph): Pick<WalkReader, 'reachableFrom' | 'sizeOfReachable'> {
  const { snapshot } = graph
  return {
    reachableFrom(slug, { reach, page, fields, withPositions }) {
      const start = snapshot.find(slug)
      if (start === -1) return toPage([], page)
      const { list, pathAt } =
        fields.path === null ? walkAlone(graph, start, reach) : walkByPaths(graph, start, reach, fields.path)
      const { nodes } = list.reached
      const { items, hasNextPage, hasPreviousPage } = pageOfReached(list, page)
      const records = entityRecords(
        snapshot,
        items.map((place) => nodes[place]!),
        fields.node,
      )
      return {
        hasNextPage,
        hasPreviousPage,
        items: items.map((place, at) => ({
          item: {
            node: records[at]!,
            depth: depthAt(list.reached, place),
            path: pathAt(place),
          },
          position: withPositions ? keysetOf(list.terms, place) : null,
        })),
      }
    },

    sizeOfReachable(slug, reach) {
      const start = snapshot.find(slug)
      if (start === -1) return { count: 0, truncated: false }
      const { places, reached } = listReachable(graph, start, reach)
      return { count: places.length, truncated: reached.truncated }
    },
  }
}

interface Walk {
  readonly list: ReachedList
  readonly pathAt: (place: number) => PathRecord | null
}

function walkAlone(graph: MemoryGraph, start: number, request: ReachRequest): Walk {
  return { list: listReachable(graph, start, request), pathAt: () => null }
}

function walkByPaths(graph: MemoryGraph, start: number, request: ReachRequest, fields: PathFields): Walk {
  const { snapshot } = graph
  const list = listReachableByPaths(graph, start, request)
  const steps = createSteps(snapshot.topology, reachRules(graph, request))
  return {
    list,
    pathAt: (place) => pathRecord(snapshot, tellPath(steps, pathTo(list.reached, place), 'HOPS'), fields),
  }
}
