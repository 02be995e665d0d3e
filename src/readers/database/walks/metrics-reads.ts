import type { Pool } from 'pg'
import { raw } from 'sql-template-tag'
import { withTransaction } from '../../../database/connection/transaction.ts'
import type { MeasurableState, MetricsSeries } from '../../metrics-keeper.ts'
import type { WalkReader } from '../../walk-reader.ts'
import type { Batch } from '../sql/batch.ts'
import type { GraphHash } from '../graph-hash.ts'
import { readMetricsInput } from './metrics-input.ts'
import type { RunStatement } from '../sql/statement.ts'
import type { View } from '../sql/view.ts'

/** Graph metrics, computed off this thread on first use. */
export function createMetricsReads(
  run: RunStatement,
  batch: Batch,
  pool: Pool,
  graphHash: GraphHash,
  view: View,
  series: MetricsSeries,
): Pick<WalkReader, 'metricsOf'> {
  const open = (signal: AbortSignal): Promise<MeasurableState> =>
    withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
      // No request waits for it that long.
      await client.query('SET LOCAL statement_timeout = 0')
      const { version, hash } = await graphHash(client)
      return { version, graphHash: () => hash, ...(await readMetricsInput(client, view, signal)) }
    })

  return {
    metricsOf: (slug) =>
      batch('metrics', slug, async (slugs) => {
        const [state] = await run<{ key: string }>(
          raw(`SELECT version || ' ' || changed_at AS key FROM kb_graph_version`),
        )
        const figures = await series.figuresOf({ key: state?.key ?? '', open })
        return slugs.map((each) => figures.metricsOf(each))
      }),
  }
}
