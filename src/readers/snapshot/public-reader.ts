import { createMetricsKeeper, type MetricsKeeper } from '../metrics-keeper.ts'
import type { Reader } from '../reader.ts'
import type { GraphKeeper } from './keeper/graph-keeper.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { createSnapshotReader } from './snapshot-reader.ts'

/** The public's current reader: memory, or the database if no graph is loaded. */
export function createPublicReader(
  keeper: Pick<GraphKeeper, 'current' | 'isDatabaseAway'>,
  database: Reader,
  metrics: MetricsKeeper = createMetricsKeeper(),
): () => Reader {
  const series = metrics.series(true)
  const readers = new WeakMap<MemoryGraph, Reader>()
  return () => {
    const graph = keeper.current()
    if (graph === null) return database
    let reader = readers.get(graph)
    if (reader === undefined)
      readers.set(graph, (reader = createSnapshotReader(graph, database, keeper.isDatabaseAway, series)))
    return reader
  }
}
