import { placesOf } from '../../../graph/assemble-snapshot.ts'
import { inTurns } from '../../../graph/in-turns.ts'
import { copyEdges } from '../../../graph/metrics/metrics-input.ts'
import type { MetricsSeries } from '../../metrics-keeper.ts'
import type { WalkReader } from '../../walk-reader.ts'
import { graphHashOf } from '../keeper/graph-hash.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'

/** Graph metrics, computed off this thread on first use. */
export function createMetricsReads(
  { snapshot }: MemoryGraph,
  series: MetricsSeries,
): Pick<WalkReader, 'metricsOf'> {
  const { version, changedAt } = snapshot.state
  const wanted = {
    key: `${version} ${changedAt}`,
    open: async (signal: AbortSignal) => {
      const placeOf = await inTurns(placesOf(snapshot))
      return {
        version,
        input: await copyEdges(snapshot.topology, signal, { count: snapshot.nodeCount, placeOf }),
        find: (slug: string) => placeOf[snapshot.find(slug)],
        graphHash: () => snapshot.derive(graphHashOf),
      }
    },
  }
  return {
    async metricsOf(slug) {
      if (snapshot.find(slug) === -1) return null
      return (await series.figuresOf(wanted)).metricsOf(slug)
    },
  }
}
