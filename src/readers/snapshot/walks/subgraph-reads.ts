import { entityTest } from '../../../graph/filters/entity-filter.ts'
import { pageOfNodes } from '../../../graph/lists/entities.ts'
import { relationNumbers } from '../../../graph/lists/reachable.ts'
import { findSubgraph } from '../../../graph/walks/subgraph.ts'
import type { SubgraphRequest, WalkReader } from '../../walk-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { edgeRecord, entityRecords } from '../records.ts'

export function createSubgraphReads(graph: MemoryGraph): Pick<WalkReader, 'subgraph'> {
  const { snapshot } = graph
  return {
    subgraph(request, fields) {
      const { nodes, edges, truncated } = findSubgraph(snapshot.topology, seedsOf(graph, request), {
        ...request,
        relations: relationNumbers(snapshot, request.relations),
        where: entityTest(graph, request.where),
      })
      return {
        entities: entityRecords(snapshot, [...nodes], fields.entities),
        edges: Array.from(edges, (edge) => edgeRecord(snapshot, edge, fields.edges)),
        truncated,
      }
    },
  }
}

/** Start points. One extra entity reveals truncation. */
function seedsOf(graph: MemoryGraph, { seeds, where, maxEntities }: SubgraphRequest): readonly number[] {
  if (seeds !== null) return seeds.map((slug) => graph.snapshot.find(slug)).filter((node) => node !== -1)
  const page = { limit: maxEntities + 1, backward: false, after: null, before: null }
  return pageOfNodes(graph, { where, orderBy: [], page, among: null }).items
}
