import type { GraphKeeper } from '../readers/snapshot/keeper/graph-keeper.ts'

/** What can be told of the graph in memory. */
export interface SnapshotFacts {
  readonly version: number
  readonly loadedFrom: 'DATABASE' | 'DISK'
  readonly ageSeconds: number
  readonly entityCount: number
  readonly edgeCount: number
  /** Bytes of memory. */
  readonly byteSize: number
}

/** The graph in memory that answers the public; null if the database does. */
export function describeSnapshot(keeper: Pick<GraphKeeper, 'current' | 'freshness'>): SnapshotFacts | null {
  const graph = keeper.current()
  if (graph === null) return null
  const { state, nodeCount, edgeCount } = graph.snapshot
  return {
    version: state.version,
    ...keeper.freshness(),
    entityCount: nodeCount,
    edgeCount,
    byteSize: graph.byteSize,
  }
}
