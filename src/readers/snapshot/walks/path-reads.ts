import { entityTest } from '../../../graph/filters/entity-filter.ts'
import { relationNumbers } from '../../../graph/lists/reachable.ts'
import { shortestPath } from '../../../graph/walks/shortest-path.ts'
import { simplePaths } from '../../../graph/walks/simple-paths.ts'
import type { PathRules } from '../../../graph/walks/walked-path.ts'
import { noPaths, pagePaths } from '../../path-page.ts'
import type { PathRequest, WalkReader } from '../../walk-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { pathRecord } from '../records.ts'

export function createPathReads(graph: MemoryGraph): Pick<WalkReader, 'shortestPath' | 'pathsBetween'> {
  const { snapshot } = graph
  const { topology } = snapshot
  return {
    shortestPath(from, to, request, fields) {
      const [start, end] = [snapshot.find(from), snapshot.find(to)]
      if (start === -1 || end === -1) return null
      const path = shortestPath(topology, start, end, rulesOf(graph, request))
      return path && pathRecord(snapshot, path, fields)
    },

    pathsBetween(from, to, query) {
      const [start, end] = [snapshot.find(from), snapshot.find(to)]
      if (start === -1 || end === -1) return noPaths
      const search = simplePaths(topology, start, end, rulesOf(graph, query.paths))
      const { items, ...page } = pagePaths(search, (node) => snapshot.slugOf(node), query)
      return {
        ...page,
        items: items.map(({ path, position }) => ({
          item: pathRecord(snapshot, path, query.fields),
          position,
        })),
      }
    },
  }
}

function rulesOf(graph: MemoryGraph, request: PathRequest): PathRules {
  const { direction, relations, maxLength, cost, through } = request
  return {
    direction,
    relations: relationNumbers(graph.snapshot, relations),
    through: entityTest(graph, through),
    maxLength,
    cost,
  }
}
