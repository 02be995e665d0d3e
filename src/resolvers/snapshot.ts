import type { GraphKeeper } from '../readers/snapshot/keeper/graph-keeper.ts'

export interface SnapshotFacts {
  readonly version: number
  readonly loadedFrom: 'DATABASE' | 'DISK'
  readonly ageSeconds: number
  readonly entityCount: number
  readonly edgeCount: number
  readonly byteSize: number
}

/** Describes the graph in memory; null if the database serves the public. */
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
