import { toPage } from '../../domain/page.ts'
import { keysetOf } from '../../graph/order-terms.ts'
import { listReachable, pageOfReached, relationNumbers } from '../../graph/list-reachable.ts'
import { pathTo } from '../../graph/walks/reach.ts'
import { createSteps } from '../../graph/walks/steps.ts'
import { tellPath } from '../../graph/walks/walked-path.ts'
import type { WalkReader } from '../walk-reader.ts'
import type { MemoryGraph } from './memory-graph.ts'
import { entityRecord, pathRecord } from './records.ts'

/** What can be reached from an entity, from memory. */
export function createReachReads(graph: MemoryGraph): Pick<WalkReader, 'reachableFrom' | 'sizeOfReachable'> {
  const { snapshot } = graph
  return {
    reachableFrom(slug, { reach, page, fields }) {
      const start = snapshot.find(slug)
      if (start === -1) return toPage([], page)
      const list = listReachable(graph, start, reach)
      const { reached, terms } = list
      const steps =
        fields.path &&
        createSteps(snapshot.topology, {
          direction: reach.direction,
          relations: relationNumbers(snapshot, reach.relations),
        })
      const { items, ...rest } = pageOfReached(list, page)
      return {
        ...rest,
        items: items.map((place) => ({
          item: {
            node: entityRecord(snapshot, reached.nodes[place]!, fields.node),
            depth: reached.depths[place]!,
            path: steps && pathRecord(snapshot, tellPath(steps, pathTo(reached, place), 'HOPS'), fields.path),
          },
          position: keysetOf(terms, place),
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
