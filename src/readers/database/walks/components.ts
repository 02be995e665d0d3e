import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { withTransaction } from '../../../database/connection/transaction.ts'
import { textInView, visible, type View } from '../sql/view.ts'

/** Union-find with path halving (Tarjan and van Leeuwen, 1984) over streamed edges: recursive SQL would walk each component. */
export async function countComponents(pool: Pool, view: View): Promise<number> {
  const parents: number[] = []
  const numbers = new Map<string, number>()
  const find = (start: number): number => {
    let node = start
    while (parents[node] !== node) node = parents[node] = parents[parents[node]!]!
    return node
  }
  return withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) => {
    const entities = await client.query<{ slug: string }>(
      textInView(view, sql`SELECT e.slug FROM kb_entities e WHERE ${visible('e')}`),
    )
    for (const { slug } of entities.rows) {
      numbers.set(slug, parents.length)
      parents.push(parents.length)
    }
    let components = parents.length
    await client.query(
      `DECLARE ends NO SCROLL CURSOR FOR ${textInView(view, sql`SELECT source_slug, target_slug FROM kb_edges`)}`,
    )
    for (;;) {
      const { rows } = await client.query<{ source_slug: string; target_slug: string }>(
        'FETCH 20000 FROM ends',
      )
      if (rows.length === 0) return components
      for (const { source_slug, target_slug } of rows) {
        const source = numbers.get(source_slug)
        const target = numbers.get(target_slug)
        if (source === undefined || target === undefined) continue
        const [one, other] = [find(source), find(target)]
        if (one === other) continue
        parents[one] = other
        components -= 1
      }
    }
  })
}
