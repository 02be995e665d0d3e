import sql from 'sql-template-tag'
import { toPage } from '../../domain/paging/page.ts'
import type { EdgeRecord, GraphReader } from '../graph-reader.ts'
import type { Positioned } from '../record.ts'
import { allOf, readByKey, type Batch } from './sql/batch.ts'
import { edgeColumnsOf, edgeOf, selectList } from './sql/columns.ts'
import { edgeConditions } from './sql/entity-conditions.ts'
import { edgeOrder } from './sql/entity-order.ts'
import { between, limitOf, orderBy, positionColumns, positionOf } from './sql/keyset.ts'
import type { RunStatement } from './sql/statement.ts'
import { visible } from './sql/view.ts'

type EdgeReads = Pick<GraphReader, 'edge' | 'edges' | 'countEdges'>
type Row = Record<string, unknown> & { batch_key: string }

/** Edges `e` with both ends, `s` and `t`, published. */
export const visibleEdges = sql`kb_edges e JOIN kb_entities s ON s.slug = e.source_slug AND ${visible('s')} JOIN kb_entities t ON t.slug = e.target_slug AND ${visible('t')}`

export function createEdgeReads(run: RunStatement, batch: Batch): EdgeReads {
  return {
    edge(id, fields) {
      const ends = `${fields.source?.key} ${fields.target?.key}`
      return batch<EdgeRecord | null>(`edge ${fields.key} ${ends}`, id, async (ids) => {
        const rows = await readByKey<Row>(ids, (unique) =>
          run(
            sql`SELECT ${selectList(edgeColumnsOf(fields), [sql`e.id AS batch_key`])} FROM ${visibleEdges} WHERE e.id = ANY(${unique}::uuid[])`,
          ),
        )
        return rows.map((row) => row && edgeOf(row, fields))
      })
    },

    async edges(query) {
      const { where, page, fields, withPositions } = query
      const terms = edgeOrder(query.orderBy)
      const positions = withPositions ? positionColumns(terms) : []
      const rows = await run<Row>(
        sql`SELECT ${selectList(edgeColumnsOf(fields), positions)} FROM ${visibleEdges} WHERE ${allOf([...edgeConditions(where), ...between(terms, page)])} ${orderBy(terms, page)} ${limitOf(page)}`,
      )
      const items = rows.map((row): Positioned<EdgeRecord> => ({
        item: edgeOf(row, fields),
        position: withPositions ? positionOf(row, terms) : null,
      }))
      return toPage(items, page)
    },

    async countEdges(where) {
      const [row] = await run<{ count: number }>(
        sql`SELECT count(*) FROM ${visibleEdges} WHERE ${allOf(edgeConditions(where))}`,
      )
      return row!.count
    },
  }
}
