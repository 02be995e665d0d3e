import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { TraversalDirection } from '../../../domain/graph/filter.ts'
import type { Adjacency } from '../../graph-reader.ts'
import { allOf } from '../sql/batch.ts'
import { branchesOf } from '../sql/entity-conditions.ts'
import { visible } from '../sql/view.ts'

/**
 * The steps from an entity, as a SELECT of `slug`, possibly with duplicates.
 * @param from SQL of the slug
 * @param entered further conditions on the step's target, over the given alias
 */
export function stepsFrom(
  from: Sql,
  adjacency: Adjacency,
  entered: (alias: string) => Sql[] = () => [],
): Sql {
  const branches = branchesOf(adjacency, 'e').map(({ near, far, conditions }) => {
    const where = allOf([sql`e.${raw(near)} = ${from}`, ...conditions, ...entered('f')])
    return sql`SELECT f.slug FROM kb_edges e JOIN kb_entities f ON f.slug = e.${raw(far)} AND ${visible('f')} WHERE ${where}`
  })
  return join(branches, ' UNION ALL ')
}

/**
 * A walk as a recursive table `name (slug, depth)`. UNION deduplicates rows and depth bounds cycles; an entity may appear at
 * several depths.
 * @param starts a SELECT of slug and 0
 */
export function walkTable(
  name: string,
  starts: Sql,
  adjacency: Adjacency,
  maxDepth: number,
  entered?: (alias: string) => Sql[],
): Sql {
  const steps = stepsFrom(sql`w.slug`, adjacency, entered)
  return sql`${raw(name)} (slug, depth) AS (${starts} UNION SELECT n.slug, w.depth + 1 FROM ${raw(name)} w CROSS JOIN LATERAL (${steps}) n WHERE w.depth < ${maxDepth})`
}

export function startAt(slug: Sql): Sql {
  return sql`SELECT b.slug, 0 FROM kb_entities b WHERE b.slug = ${slug} AND ${visible('b')}`
}

/** The same steps backward. */
export function reversed({ direction, relations }: Adjacency): Adjacency {
  const back = { OUT: 'IN', IN: 'OUT', ANY: 'ANY' } as const satisfies Record<
    TraversalDirection,
    TraversalDirection
  >
  return { direction: back[direction], relations }
}
