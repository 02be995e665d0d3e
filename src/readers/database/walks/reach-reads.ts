import sql, { type Sql } from 'sql-template-tag'
import { toPage, type Page } from '../../../domain/paging/page.ts'
import { maximumVisited, pathTo, reachByPaths } from '../../../graph/walks/reach.ts'
import { createSteps } from '../../../graph/walks/steps.ts'
import { tellPath } from '../../../graph/walks/walked-path.ts'
import type { Positioned } from '../../record.ts'
import type {
  PathFields,
  PathRecord,
  ReachableQuery,
  ReachableRecord,
  ReachRequest,
  WalkReader,
} from '../../walk-reader.ts'
import { allOf, parentKey, readPerParent, type Batch } from '../sql/batch.ts'
import { entityColumnsOf, entityOf, selectList } from '../sql/columns.ts'
import { entityConditions } from '../sql/entity-conditions.ts'
import { shapeOf } from '../entity-reads.ts'
import { between, limitOf, orderBy, positionColumns, positionOf, type OrderTerm } from '../sql/keyset.ts'
import { readRegion } from './region.ts'
import type { RunStatement } from '../sql/statement.ts'
import { readPaths, untilWhole, vanished } from './walk-records.ts'
import { startAt, walkTable } from './walk-sql.ts'

type Row = Record<string, unknown> & { depth: number; reached_slug: string }

const terms: readonly OrderTerm[] = [
  { expression: sql`r.depth`, type: 'int4', direction: 'ASC' },
  { expression: sql`e.slug`, type: 'text', direction: 'ASC' },
]

/** Reachable entities: one recursive statement for many starts. */
export function createReachReads(
  run: RunStatement,
  batch: Batch,
): Pick<WalkReader, 'reachableFrom' | 'sizeOfReachable'> {
  return {
    reachableFrom(slug, query) {
      return batch(`reachableFrom ${query.fields.key} ${shapeOf(query)}`, slug, (slugs) =>
        untilWhole(async () => {
          const groups = await readPerParent<Row>(run, 'text', slugs, selectPage(query))
          return Promise.all(groups.map((rows, index) => pageOf(run, slugs[index]!, rows, query)))
        }),
      )
    },

    sizeOfReachable(slug, request) {
      return batch(`sizeOfReachable ${JSON.stringify(request)}`, slug, async (slugs) => {
        const inner = sql`WITH RECURSIVE ${walkFrom(request)}, reached AS MATERIALIZED (${reached(maximumVisited + 1)})
          SELECT (SELECT count(*) FROM reached) > ${maximumVisited} AS truncated, count(*) FROM (SELECT * FROM reached ORDER BY depth, slug LIMIT ${maximumVisited}) r JOIN kb_entities e ON e.slug = r.slug WHERE ${listed(request)}`
        const groups = await readPerParent<{ count: number; truncated: boolean }>(run, 'text', slugs, inner)
        return groups.map(([row]) => ({ count: row!.count, truncated: row!.truncated }))
      })
    },
  }
}

function walkFrom(
  request: Pick<ReachRequest, 'direction' | 'relations' | 'maxDepth'>,
  start = parentKey,
): Sql {
  return walkTable('walk', startAt(start), request, request.maxDepth)
}

function reached(limit: number): Sql {
  return sql`SELECT slug, min(depth) AS depth FROM walk GROUP BY slug ORDER BY depth, slug LIMIT ${limit}`
}

function listed({ minDepth, where }: ReachRequest): Sql {
  return allOf([sql`r.depth >= ${minDepth}`, ...entityConditions(where)])
}

function selectPage({ reach: request, page, fields, withPositions }: ReachableQuery): Sql {
  const columns = selectList(entityColumnsOf(fields.node, 'e', 'f.'), [
    sql`r.depth`,
    sql`e.slug AS reached_slug`,
    ...(withPositions ? positionColumns(terms) : []),
  ])
  return sql`WITH RECURSIVE ${walkFrom(request)} SELECT ${columns} FROM (${reached(maximumVisited)}) r JOIN kb_entities e ON e.slug = r.slug
    WHERE ${allOf([listed(request), ...between(terms, page)])} ${orderBy(terms, page)} ${limitOf(page)}`
}

async function pageOf(
  run: RunStatement,
  start: string,
  rows: readonly Row[],
  { reach: request, page, fields, withPositions }: ReachableQuery,
): Promise<Page<Positioned<ReachableRecord>>> {
  const paths = fields.path && rows.length > 0 ? await pathsTo(run, start, rows, request, fields.path) : null
  const items = rows.map((row, index) => ({
    item: { node: entityOf(row, fields.node, 'f.'), depth: row.depth, path: paths?.[index] ?? null },
    position: withPositions ? positionOf(row, terms) : null,
  }))
  return toPage(items, page)
}

/** Paths to a page's entities, by the same walk in memory over the part it needs. */
async function pathsTo(
  run: RunStatement,
  start: string,
  rows: readonly Row[],
  request: ReachRequest,
  fields: PathFields,
): Promise<PathRecord[]> {
  // The deepest is last, or first when reading backward.
  const maxDepth = Math.max(rows[0]!.depth, rows.at(-1)!.depth)
  const { direction, relations } = request
  const region = await readRegion(
    run,
    walkFrom({ direction, relations, maxDepth }, sql`${start}`),
    reached(maximumVisited),
    relations,
  )
  // The region contains only these relations.
  const rules = { direction, relations: null, maxDepth }
  const from = region.numberOf(start) ?? vanished()
  const found = reachByPaths(region.topology, from, rules)
  const places = new Map(Array.from(found.nodes, (node, place) => [node, place]))
  const steps = createSteps(region.topology, rules)
  const paths = rows.map(({ reached_slug: slug }) => {
    const place = places.get(region.numberOf(slug) ?? vanished()) ?? vanished()
    return tellPath(steps, pathTo(found, place), 'HOPS')
  })
  return readPaths(run, region, paths, fields)
}
