import sql from 'sql-template-tag'
import { findSubgraph } from '../../../graph/walks/subgraph.ts'
import type { SubgraphRequest, WalkReader } from '../../walk-reader.ts'
import { allOf } from '../sql/batch.ts'
import { entityConditions } from '../sql/entity-conditions.ts'
import { readRegion, type Region } from './region.ts'
import type { RunStatement } from '../sql/statement.ts'
import { readEdges, readEntities, untilWhole } from './walk-records.ts'
import { walkTable } from './walk-sql.ts'
import { visible } from '../sql/view.ts'

/** Subgraphs, cut in memory from the part of the graph that may contain them. */
export function createSubgraphReads(run: RunStatement): Pick<WalkReader, 'subgraph'> {
  return {
    subgraph: (request, fields) =>
      untilWhole(async () => {
        const { topology, slugs, edgeIds, numberOf } = await readAround(run, request)
        const seeds = request.seeds && request.seeds.flatMap((slug) => numberOf(slug) ?? [])
        const { nodes, edges, truncated } = findSubgraph(topology, seeds, {
          ...request,
          relations: null,
          where: null,
        })
        const foundSlugs = Array.from(nodes, (node) => slugs[node]!)
        const foundIds = Array.from(edges, (edge) => edgeIds[edge]!)
        const [entityOf, edgeOf] = await Promise.all([
          readEntities(run, foundSlugs, fields.entities),
          readEdges(run, foundIds, fields.edges),
        ])
        return { entities: foundSlugs.map(entityOf), edges: foundIds.map(edgeOf), truncated }
      }),
  }
}

/** One extra entity reveals truncation. */
function readAround(run: RunStatement, request: SubgraphRequest): Promise<Region> {
  const { seeds, where, relations, depth, maxEntities } = request
  if (seeds === null) {
    const conditions = allOf([visible('e'), ...entityConditions(where)])
    const members = sql`SELECT e.slug FROM kb_entities e WHERE ${conditions} ORDER BY e.slug LIMIT ${maxEntities + 1}`
    return readRegion(run, null, members, relations)
  }
  const starts = sql`SELECT b.slug, 0 FROM kb_entities b WHERE b.slug = ANY(${[...seeds]}::text[]) AND ${visible('b')}`
  const table = walkTable('walk', starts, request, depth, (alias) => entityConditions(where, alias))
  const members = sql`SELECT slug, min(depth) AS depth FROM walk GROUP BY slug ORDER BY depth, slug LIMIT ${maxEntities + 1}`
  return readRegion(run, table, members, relations)
}
