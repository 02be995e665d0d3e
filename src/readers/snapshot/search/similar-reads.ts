import { tagSetsOf } from '../../../graph/columns/tag-sets.ts'
import { similarByTags } from '../../../graph/walks/similar-by-tags.ts'
import { sharedNeighbors, similarByNeighbors } from '../../../graph/walks/similar.ts'
import { plainListLimit } from '../../plain-list.ts'
import type { WalkReader } from '../../walk-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { entityRecord } from '../records.ts'

export function createSimilarReads({ snapshot }: MemoryGraph): Pick<WalkReader, 'similarTo'> {
  const { topology } = snapshot
  return {
    similarTo(slug, by, limit, { entity, shared }) {
      const node = snapshot.find(slug)
      if (node === -1) return []
      const found =
        by === 'SHARED_TAGS'
          ? similarByTags(snapshot.derive(tagSetsOf), node, limit)
          : similarByNeighbors(topology, node, limit)
      const sharedWith = (other: number) =>
        shared === null || by === 'SHARED_TAGS'
          ? []
          : sharedNeighbors(topology, node, other)
              .slice(0, plainListLimit + 1)
              .map((near) => entityRecord(snapshot, near, shared))
      return found.map(({ node: other, score }) => ({
        entity: entityRecord(snapshot, other, entity),
        score,
        shared: sharedWith(other),
      }))
    },
  }
}
