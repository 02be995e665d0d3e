import { hashEdge, hashEntity } from '../graph/content-hash.ts'
import { normalizeConstellation } from './constellation.ts'
import type { DiffCounts } from '../json/diff.ts'
import type { JsonObject } from '../json/value.ts'

/**
 * How a content state change affects the graph that the backfill makes of it: entities and edges by natural
 * key, compared by content hash.
 * @param before null if there was none
 */
export function countGraphChanges(before: JsonObject | null, after: JsonObject): DiffCounts {
  const [from, to] = [hashesOf(before), hashesOf(after)]
  const unchanged = [...to].filter(([key, hash]) => from.get(key) === hash).length
  const kept = [...to.keys()].filter((key) => from.has(key)).length
  return { added: to.size - kept, changed: kept - unchanged, removed: from.size - kept, unchanged }
}

function hashesOf(state: JsonObject | null): Map<string, string> {
  if (state?.['constellation'] === undefined) return new Map()
  const { entities, edges } = normalizeConstellation(state['constellation'])
  return new Map([
    ...entities.map((entity): [string, string] => [entity.slug, hashEntity(entity)]),
    ...edges.map((edge): [string, string] => [
      `${edge.source} ${edge.relation} ${edge.target}`,
      hashEdge(edge),
    ]),
  ])
}
