import type { Pool } from 'pg'
import { withTransaction } from '../../database/transaction.ts'
import { instantOf } from '../../domain/timestamp.ts'
import { computeMetrics } from '../../graph/metrics/compute-metrics.ts'
import type { GraphMetrics } from '../../graph/metrics/measure-graph.ts'
import { metricsAt } from '../metrics-record.ts'
import type { WalkReader } from '../walk-reader.ts'
import type { Batch } from './batch.ts'
import type { GraphHash } from './graph-hash.ts'
import type { View } from './view.ts'
import { readWholeTopology } from './whole-topology.ts'

/** The metrics of one state of the graph. */
interface Measured {
  readonly version: number
  readonly graphHash: string
  readonly computedAt: string
  readonly metrics: GraphMetrics
  readonly numbers: ReadonlyMap<string, number>
}

/** Metrics of the whole graph, computed off this thread when they are first asked for, and kept by graph version. */
export function createMetricsReads(
  pool: Pool,
  batch: Batch,
  graphHash: GraphHash,
  view: View,
): Pick<WalkReader, 'metricsOf'> {
  let latest: { readonly version: number; readonly measured: Promise<Measured> } | null = null

  async function measure(): Promise<Measured> {
    const { version, hash, whole } = await withTransaction(
      pool,
      'REPEATABLE READ READ ONLY',
      async (client) => ({
        ...(await graphHash(client)),
        whole: await readWholeTopology(client, view),
      }),
    )
    const metrics = await computeMetrics(whole.topology)
    return { version, graphHash: hash, computedAt: instantOf(new Date()), metrics, numbers: whole.numbers }
  }

  /** Those of this state; callers at the same time share one computation. */
  async function measured(): Promise<Measured> {
    const { version } = await graphHash()
    if (latest?.version !== version) {
      const flight = { version, measured: measure() }
      latest = flight
      flight.measured.catch(() => latest === flight && (latest = null))
    }
    return latest.measured
  }

  return {
    metricsOf: (slug) =>
      batch('metrics', slug, async (slugs) => {
        const { metrics, numbers, graphHash: hash, computedAt } = await measured()
        return slugs.map((each) => {
          const number = numbers.get(each)
          return number === undefined ? null : { ...metricsAt(metrics, number), graphHash: hash, computedAt }
        })
      }),
  }
}
