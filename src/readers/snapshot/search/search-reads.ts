import type { SearchReader } from '../../search-reader.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { orFromMemory, type IsAway } from '../while-away.ts'
import { createWordReads } from './word-reads.ts'

/** Only PostgreSQL has its stemming and ranking, so memory answers, approximately, only while it is away. */
export function createSearchReads(graph: MemoryGraph, database: SearchReader, isAway: IsAway): SearchReader {
  const memory = createWordReads(graph)
  return {
    search: (...args) =>
      orFromMemory(
        isAway,
        () => database.search(...args),
        () => memory.search(...args),
      ),
    countSearch: (...args) =>
      orFromMemory(
        isAway,
        () => database.countSearch(...args),
        () => memory.countSearch(...args),
      ),
    searchFacet: (...args) =>
      orFromMemory(
        isAway,
        () => database.searchFacet(...args),
        () => memory.searchFacet(...args),
      ),
    nearTitles: (...args) =>
      orFromMemory(
        isAway,
        () => database.nearTitles(...args),
        () => memory.nearTitles(...args),
      ),
    suggest: (...args) =>
      orFromMemory(
        isAway,
        () => database.suggest(...args),
        () => memory.suggest(...args),
      ),
  }
}
