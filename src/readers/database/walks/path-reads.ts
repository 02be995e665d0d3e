import sql, { join, raw } from 'sql-template-tag'
import { shortestPath } from '../../../graph/walks/shortest-path.ts'
import { simplePaths } from '../../../graph/walks/simple-paths.ts'
import type { PathRules } from '../../../graph/walks/walked-path.ts'
import { noPaths, pagePaths } from '../../path-page.ts'
import type { PathRequest, WalkReader } from '../../walk-reader.ts'
import { allOf } from '../sql/batch.ts'
import { entityConditions } from '../sql/entity-conditions.ts'
import { readRegion, type Region } from './region.ts'
import type { RunStatement } from '../sql/statement.ts'
import { readPaths, untilWhole } from './walk-records.ts'
import { reversed, startAt, walkTable } from './walk-sql.ts'

/** Paths between two entities, searched in memory within the region that contains them. */
export function createPathReads(run: RunStatement): Pick<WalkReader, 'shortestPath' | 'pathsBetween'> {
  return {
    shortestPath: (from, to, request, fields) =>
      untilWhole(async () => {
        const found = await readBetween(run, from, to, request)
        const path = found && shortestPath(found.region.topology, ...found.ends, found.rules)
        return found && path ? (await readPaths(run, found.region, [path], fields))[0]! : null
      }),

    pathsBetween: (from, to, query) =>
      untilWhole(async () => {
        const found = await readBetween(run, from, to, query.paths)
        if (found === null) return noPaths
        const { region, ends, rules } = found
        const search = simplePaths(region.topology, ...ends, rules)
        const { items, ...page } = pagePaths(search, (node) => region.slugs[node]!, query)
        const paths = await readPaths(
          run,
          region,
          items.map(({ path }) => path),
          query.fields,
        )
        return { ...page, items: items.map(({ position }, at) => ({ item: paths[at]!, position })) }
      }),
  }
}

interface Between {
  readonly region: Region
  readonly ends: readonly [from: number, to: number]
  readonly rules: PathRules
}

/**
 * The region of all paths of at most `maxLength` edges: every entity is within half of them from the start or within the other
 * half from the end.
 * @returns null if an end is missing
 */
async function readBetween(
  run: RunStatement,
  from: string,
  to: string,
  request: PathRequest,
): Promise<Between | null> {
  const { direction, relations, maxLength, cost, through } = request
  const entered = (alias: string) =>
    through === null
      ? []
      : [sql`(${raw(alias)}.slug = ANY(${[from, to]}::text[]) OR ${allOf(entityConditions(through, alias))})`]
  const half = Math.ceil(maxLength / 2)
  const tables = join([
    walkTable('forth', startAt(sql`${from}`), request, half, entered),
    walkTable('back', startAt(sql`${to}`), reversed(request), maxLength - half, entered),
  ])
  const members = sql`SELECT slug FROM forth UNION SELECT slug FROM back`
  const region = await readRegion(run, tables, members, relations)
  const ends = [region.numberOf(from), region.numberOf(to)] as const
  if (ends[0] === undefined || ends[1] === undefined) return null
  return {
    region,
    ends: [ends[0], ends[1]],
    rules: { direction, relations: null, through: null, maxLength, cost },
  }
}
