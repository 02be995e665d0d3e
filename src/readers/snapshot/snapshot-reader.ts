import { NotInMemoryError } from '../../graph/not-in-memory.ts'
import type { Reader } from '../reader.ts'
import { createConstellationReads } from './constellation.ts'
import { createGraphReads } from './graph-reads.ts'
import { createMediaReads } from './media-reads.ts'
import type { MemoryGraph } from './memory-graph.ts'
import { createProvenanceReads } from './provenance-reads.ts'
import { createVocabularyReads } from './vocabulary-reads.ts'
import { createWalkReads } from './walk-reads.ts'
import { createWorkflowReads } from './workflow-reads.ts'

/**
 * The reader that answers from memory, at once. What memory does not hold, the history and search by words, and the few
 * filters that only PostgreSQL decides exactly, it asks the database reader.
 *
 * @param graph what is shown, as long as this reader is used
 */
export function createSnapshotReader(graph: MemoryGraph, database: Reader): Reader {
  const { snapshot } = graph
  const memory = {
    ...createGraphReads(graph),
    ...createVocabularyReads(graph),
    ...createMediaReads(graph),
    ...createWorkflowReads(graph),
    ...createProvenanceReads(graph),
    ...createWalkReads(graph),
    ...createConstellationReads(snapshot),
  }
  return { ...database, ...withDatabase(memory, database) }
}

type Method = (...args: never[]) => unknown

/** The reads of memory; one that throws {@link NotInMemoryError} is asked of the database. */
function withDatabase<Memory extends object>(memory: Memory, database: Reader): Memory {
  const reads = Object.entries(memory as Record<string, Method>).map(([name, read]) => [
    name,
    (...args: never[]) => {
      try {
        return read(...args)
      } catch (error) {
        if (!(error instanceof NotInMemoryError)) throw error
        return (database as unknown as Record<string, Method>)[name]!(...args)
      }
    },
  ])
  return Object.fromEntries(reads) as Memory
}
