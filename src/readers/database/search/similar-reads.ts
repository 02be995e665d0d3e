import sql, { type Sql } from 'sql-template-tag'
import type { SimilarFields, SimilarityMeasure, SimilarRecord, WalkReader } from '../../walk-reader.ts'
import { plainListLimit } from '../../plain-list.ts'
import { parentKey, readPerParent, type Batch } from '../sql/batch.ts'
import type { RunStatement } from '../sql/statement.ts'
import { readEntities, untilWhole } from '../walks/walk-records.ts'
import { stepsFrom } from '../walks/walk-sql.ts'
import { visible } from '../sql/view.ts'

interface Found {
  readonly slug: string
  readonly score: number
}
const anyStep = { direction: 'ANY', relations: null } as const

/** Similar entities by Jaccard index, for many in one statement. */
export function createSimilarReads(run: RunStatement, batch: Batch): Pick<WalkReader, 'similarTo'> {
  return {
    similarTo(slug, by, limit, fields) {
      const shape = `similarTo ${by} ${limit} ${fields.entity.key} ${fields.shared?.key}`
      return batch(shape, slug, (slugs) =>
        untilWhole(async () => {
          const groups = await readPerParent<Found>(run, 'text', slugs, select[by](limit))
          return readSimilar(run, slugs, groups, by, fields)
        }),
      )
    },
  }
}

/** Intersection over union; `theirs` counts the set of `s.slug`. */
function jaccard(tables: Sql, theirs: Sql, limit: number): Sql {
  return sql`WITH ${tables} SELECT s.slug, s.count::float8 / ((SELECT count(*) FROM own) + (${theirs}) - s.count) AS score FROM shared s ORDER BY score DESC, s.slug LIMIT ${limit}`
}

const select: Record<SimilarityMeasure, (limit: number) => Sql> = {
  SHARED_NEIGHBORS: (limit) =>
    jaccard(
      sql`own AS MATERIALIZED (SELECT o.slug FROM kb_entities v CROSS JOIN LATERAL (${neighborsOf(parentKey)}) o WHERE v.slug = ${parentKey} AND ${visible('v')}),
        shared AS (SELECT n.slug, count(*) FROM own o CROSS JOIN LATERAL (${neighborsOf(sql`o.slug`)}) n WHERE n.slug <> ${parentKey} GROUP BY n.slug)`,
      sql`SELECT count(*) FROM (${neighborsOf(sql`s.slug`)}) t`,
      limit,
    ),
  SHARED_TAGS: (limit) =>
    jaccard(
      sql`own AS MATERIALIZED (${tagsOf(parentKey)}),
        shared AS (SELECT n.slug, count(*) FROM own o JOIN kb_entity_tags m ON m.tag = o.tag JOIN kb_entities n ON n.id = m.entity_id AND ${visible('n')} WHERE n.slug <> ${parentKey} GROUP BY n.slug)`,
      sql`SELECT count(*) FROM (${tagsOf(sql`s.slug`)}) t`,
      limit,
    ),
}

function neighborsOf(slug: Sql): Sql {
  return sql`SELECT DISTINCT a.slug FROM (${stepsFrom(slug, anyStep)}) a WHERE a.slug <> ${slug}`
}

function tagsOf(slug: Sql): Sql {
  return sql`SELECT g.tag FROM kb_entity_tags g JOIN kb_entities c ON c.id = g.entity_id AND ${visible('c')} WHERE c.slug = ${slug}`
}

async function readSimilar(
  run: RunStatement,
  slugs: readonly string[],
  groups: readonly (readonly Found[])[],
  by: SimilarityMeasure,
  fields: SimilarFields,
): Promise<SimilarRecord[][]> {
  const pairs = groups.flatMap((group, index) => group.map(({ slug }) => [slugs[index]!, slug] as const))
  const withShared = fields.shared !== null && by === 'SHARED_NEIGHBORS'
  const shared = withShared ? await readShared(run, pairs) : pairs.map(() => [])
  const [entityOf, sharedOf] = await Promise.all([
    readEntities(
      run,
      pairs.map(([, other]) => other),
      fields.entity,
    ),
    withShared ? readEntities(run, shared.flat(), fields.shared) : null,
  ])
  let at = 0
  return groups.map((group) =>
    group.map(({ slug, score }) => ({
      entity: entityOf(slug),
      score,
      shared: shared[at++]!.map((each) => sharedOf!(each)),
    })),
  )
}

/** Common neighbors of a pair, by slug. */
async function readShared(
  run: RunStatement,
  pairs: readonly (readonly [string, string])[],
): Promise<string[][]> {
  const [left, right] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
  const rows = await run<{ slugs: string[] }>(
    sql`SELECT ARRAY(SELECT a.slug FROM (${neighborsOf(sql`p.one`)} INTERSECT ${neighborsOf(sql`p.other`)}) a ORDER BY a.slug LIMIT ${plainListLimit + 1}) AS slugs
      FROM unnest(${left}::text[], ${right}::text[]) WITH ORDINALITY AS p(one, other, i) ORDER BY p.i`,
  )
  return rows.map((row) => row.slugs)
}
