import sql from 'sql-template-tag'
import { AppError } from '../../../errors.ts'
import type { WalkedPath } from '../../../graph/walks/walked-path.ts'
import type { EdgeFields, EdgeRecord, EntityFields, EntityRecord } from '../../graph-reader.ts'
import type { PathFields, PathRecord } from '../../walk-reader.ts'
import { edgeColumnsOf, edgeOf, entityColumnsOf, entityOf, selectList } from '../sql/columns.ts'
import { visibleEdges } from '../edge-reads.ts'
import type { Region } from './region.ts'
import type { RunStatement } from '../sql/statement.ts'
import { visible } from '../sql/view.ts'

type Row = Record<string, unknown> & { batch_key: string }

/** Something vanished between the walk and the read of its fields. */
class VanishedError extends Error {}

export function vanished(): never {
  throw new VanishedError()
}

/** Retries walks in which something vanished. */
export async function untilWhole<Result>(walk: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; tries < 5; tries++)
    try {
      return await walk()
    } catch (error) {
      if (!(error instanceof VanishedError)) throw error
    }
  throw new AppError('BACKEND_UNAVAILABLE', 'The graph is changing too fast to walk; try again.')
}

function lookUp<Record>(found: ReadonlyMap<string, Record>): (key: string) => Record {
  return (key) => found.get(key) ?? vanished()
}

export async function readEntities(
  run: RunStatement,
  slugs: Iterable<string>,
  fields: EntityFields,
): Promise<(slug: string) => EntityRecord> {
  const rows = await run<Row>(
    sql`SELECT ${selectList(entityColumnsOf(fields, 'e', 'f.'), [sql`e.slug AS batch_key`])} FROM kb_entities e WHERE e.slug = ANY(${[...new Set(slugs)]}::text[]) AND ${visible('e')}`,
  )
  return lookUp(new Map(rows.map((row) => [row.batch_key, entityOf(row, fields, 'f.')])))
}

export async function readEdges(
  run: RunStatement,
  ids: Iterable<string>,
  fields: EdgeFields,
): Promise<(id: string) => EdgeRecord> {
  const rows = await run<Row>(
    sql`SELECT ${selectList(edgeColumnsOf(fields), [sql`e.id AS batch_key`])} FROM ${visibleEdges} WHERE e.id = ANY(${[...new Set(ids)]}::uuid[])`,
  )
  return lookUp(new Map(rows.map((row) => [row.batch_key, edgeOf(row, fields)])))
}

export async function readPaths(
  run: RunStatement,
  { slugs, edgeIds }: Pick<Region, 'slugs' | 'edgeIds'>,
  paths: readonly WalkedPath[],
  fields: PathFields,
): Promise<PathRecord[]> {
  const [entityOfSlug, edgeOfId] = await Promise.all([
    readEntities(
      run,
      paths.flatMap(({ nodes }) => nodes.map((node) => slugs[node]!)),
      fields.entities,
    ),
    readEdges(
      run,
      paths.flatMap(({ edges }) => edges.map((edge) => edgeIds[edge]!)),
      fields.edges,
    ),
  ])
  return paths.map(({ nodes, edges, cost }) => ({
    entities: nodes.map((node) => entityOfSlug(slugs[node]!)),
    edges: edges.map((edge) => edgeOfId(edgeIds[edge]!)),
    length: edges.length,
    cost,
  }))
}
