import { approximately, NotInMemoryError } from '../../graph/not-in-memory.ts'
import { createMetricsKeeper, type MetricsSeries } from '../metrics-keeper.ts'
import type { Reader } from '../reader.ts'
import { createConstellationReads } from './constellation.ts'
import { createGraphReads } from './graph-reads.ts'
import { createMediaReads } from './media-reads.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { createProvenanceReads } from './provenance-reads.ts'
import { createSearchReads } from './search/search-reads.ts'
import { createVocabularyReads } from './vocabulary-reads.ts'
import { createWalkReads } from './walks/walk-reads.ts'
import { orFromMemory, type IsAway } from './while-away.ts'
import { createWorkflowReads } from './workflow-reads.ts'

/**
 * Answers from memory. The history, search by words and a few filters need PostgreSQL and go to the database reader; while it is
 * away, all but the history is answered approximately.
 * @param metrics shared by successive graphs
 */
export function createSnapshotReader(
  graph: MemoryGraph,
  database: Reader,
  isAway: IsAway = () => false,
  metrics: MetricsSeries = createMetricsKeeper().series(true),
): Reader {
  const { snapshot } = graph
  const memory = {
    ...createGraphReads(graph),
    ...createVocabularyReads(graph),
    ...createMediaReads(graph),
    ...createWorkflowReads(graph),
    ...createProvenanceReads(graph, database, isAway),
    ...createWalkReads(graph, metrics),
    ...createConstellationReads(snapshot),
  }
  return {
    ...database,
    ...createSearchReads(graph, database, isAway),
    ...withDatabase(memory, database, isAway),
  }
}

type Method = (...args: never[]) => unknown

/** Reads that throw {@link NotInMemoryError} go to the database. */
function withDatabase<Memory extends object>(memory: Memory, database: Reader, isAway: IsAway): Memory {
  const reads = Object.entries(memory as Record<string, Method>).map(([name, read]) => [
    name,
    (...args: never[]) => {
      try {
        return read(...args)
      } catch (error) {
        if (!(error instanceof NotInMemoryError)) throw error
        return orFromMemory(
          isAway,
          () => (database as unknown as Record<string, Method>)[name]!(...args),
          () => approximately(() => read(...args)),
        )
      }
    },
  ])
  return Object.fromEntries(reads) as Memory
}
