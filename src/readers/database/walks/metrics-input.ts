import type pg from 'pg'
import type { ClientBase } from 'pg'
import sql from 'sql-template-tag'
import { readBinaryCopy } from '../../../database/tables/binary-copy.ts'
import { createEnds, type MetricsInput } from '../../../graph/metrics/metrics-input.ts'
import { textInView, visible, type View } from '../sql/view.ts'

/** Reads a view's graph for the metrics thread, in the client's snapshot; the signal ends the connection. */
export async function readMetricsInput(
  client: ClientBase,
  view: View,
  signal: AbortSignal,
): Promise<{ input: MetricsInput; find: (slug: string) => number | undefined }> {
  signal.throwIfAborted()
  const abort = () => (client as pg.Client).connection.stream.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const numbers = new Map<string, number>()
    await readBinaryCopy(
      client,
      textInView(view, sql`SELECT e.slug FROM kb_entities e WHERE ${visible('e')} ORDER BY e.slug`),
      1,
      (row) => numbers.set(row.ascii(0), numbers.size),
    )
    const { rows: relations } = await client.query<{ key: string; is_symmetric: boolean }>(
      'SELECT key, is_symmetric FROM kb_relations ORDER BY key',
    )
    const relationNumbers = new Map(relations.map(({ key }, number) => [key, number]))
    const { rows: counted } = await client.query<{ count: number }>(
      textInView(view, sql`SELECT count(*)::float8 AS count FROM kb_edges`),
    )
    const ends = createEnds(counted[0]!.count)
    let edges = 0
    await readBinaryCopy(
      client,
      textInView(view, sql`SELECT relation_key, source_slug, target_slug FROM kb_edges`),
      3,
      (row) => {
        const [source, target] = [numbers.get(row.ascii(1)), numbers.get(row.ascii(2))]
        if (source === undefined || target === undefined) return
        ends.sourceOf[edges] = source
        ends.targetOf[edges] = target
        ends.relationOf[edges++] = relationNumbers.get(row.ascii(0))!
      },
    )
    const input = {
      nodeCount: numbers.size,
      isSymmetric: Uint8Array.from(relations, ({ is_symmetric }) => (is_symmetric ? 1 : 0)),
      // Drop edges to hidden entities.
      sourceOf: ends.sourceOf.subarray(0, edges),
      targetOf: ends.targetOf.subarray(0, edges),
      relationOf: ends.relationOf.subarray(0, edges),
    }
    return { input, find: (slug) => numbers.get(slug) }
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
