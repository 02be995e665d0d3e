import sql, { raw, type Sql } from 'sql-template-tag'
import { toPage } from '../../domain/paging/page.ts'
import type {
  EntityFacetField,
  EntityFields,
  EntityLookup,
  EntityQuery,
  EntityRecord,
  FacetBucket,
  GraphReader,
} from '../graph-reader.ts'
import type { Positioned } from '../record.ts'
import { allOf, parentKey, readByKey, readPerParent, type Batch } from './sql/batch.ts'
import { entityColumnsOf, entityOf, selectList } from './sql/columns.ts'
import { degreeExpression, entityConditions, scopeCondition } from './sql/entity-conditions.ts'
import { entityOrder } from './sql/entity-order.ts'
import { between, limitOf, orderBy, positionColumns, positionOf } from './sql/keyset.ts'
import type { RunStatement } from './sql/statement.ts'
import { visible } from './sql/view.ts'

type EntityReads = Pick<GraphReader, 'entity' | 'entities' | 'countEntities' | 'entityFacet'>
const isVisible = visible('e')

const lookupColumns: Record<EntityLookup['by'], { column: string; type: string }> = {
  id: { column: 'id', type: 'uuid' },
  slug: { column: 'slug', type: 'text' },
  url: { column: 'url', type: 'text' },
}

export function createEntityReads(run: RunStatement, batch: Batch): EntityReads {
  function read(lookup: EntityLookup, fields: EntityFields): Promise<EntityRecord | null> {
    const { column, type } = lookupColumns[lookup.by]
    const key = lookup.by === 'id' ? lookup.id : lookup.by === 'slug' ? lookup.slug : lookup.url
    return batch(`entity ${lookup.by} ${fields.key}`, key, (keys) =>
      // Several entities may share a url: the first by slug wins.
      readByKey<EntityRecord & { batch_key: string }>(keys, (unique) =>
        run(
          sql`SELECT ${lookup.by === 'url' ? sql`DISTINCT ON (e.url) ` : sql``}${selectList(entityColumnsOf(fields, 'e'), [sql`e.${raw(column)} AS batch_key`])} FROM kb_entities e WHERE e.${raw(column)} = ANY(${unique}::${raw(type)}[]) AND ${isVisible}${lookup.by === 'url' ? sql` ORDER BY e.url, e.slug` : sql``}`,
        ),
      ),
    )
  }
  const redirectOf = (slug: string) =>
    batch('redirect', slug, (slugs) =>
      readByKey<{ batch_key: string; target: string }>(slugs, (unique) =>
        run(
          sql`SELECT r.slug AS batch_key, e.slug AS target FROM kb_redirects r JOIN kb_entities e ON e.id = r.entity_id WHERE r.slug = ANY(${unique}::text[])`,
        ),
      ),
    ).then((row) => row?.target ?? null)
  return {
    async entity(lookup, fields) {
      const found = await read(lookup, fields)
      if (found !== null || lookup.by !== 'slug') return found
      const target = await redirectOf(lookup.slug)
      return target === null ? null : read({ by: 'slug', slug: target }, fields)
    },

    async entities(query, scope) {
      const after = onlySlugAfter(query)
      if (!scope && after !== null) {
        // Pages in slug order differ by one value only, so concurrent ones share a statement.
        const { page, fields } = query
        const shape = `entities after ${fields.key} ${shapeOf({ ...query, page: { ...page, after: null } })}`
        const beyond = sql`e.slug ${isDescending(query) ? sql`<` : sql`>`} ${parentKey}`
        return batch(shape, after, async (slugs) => {
          const inner = selectEntities({ ...query, page: { ...page, after: null } }, [beyond])
          const groups = await readPerParent<Row>(run, 'text', slugs, inner)
          return groups.map((rows) => entityPage(rows, query))
        })
      }
      if (!scope) return entityPage(await run<Row>(selectEntities(query, [])), query)
      const shape = `entities ${scope.of} ${query.fields.key} ${shapeOf(query)}`
      return batch(shape, scope.id, async (ids) => {
        const inner = selectEntities(query, [scopeCondition(scope.of, parentKey)])
        const groups = await readPerParent<Row>(run, 'uuid', ids, inner)
        return groups.map((rows) => entityPage(rows, query))
      })
    },

    countEntities(where, scope) {
      const count = (conditions: Sql[]) =>
        sql`SELECT count(*) FROM kb_entities e WHERE ${allOf([isVisible, ...entityConditions(where), ...conditions])}`
      if (!scope) return run<{ count: number }>(count([])).then(([row]) => row!.count)
      return batch(`count ${scope.of} ${JSON.stringify(where)}`, scope.id, async (ids) => {
        const inner = count([scopeCondition(scope.of, parentKey)])
        const groups = await readPerParent<{ count: number }>(run, 'uuid', ids, inner)
        return groups.map(([row]) => row!.count)
      })
    },

    entityFacet(field, limit, where, scope) {
      const facet = (conditions: Sql[]) =>
        facetStatement(field, limit, sql`FROM kb_entities e`, [
          isVisible,
          ...entityConditions(where),
          ...conditions,
        ])
      if (!scope) return run<FacetBucket>(facet([]))
      return batch(`facet ${field} ${limit} ${scope.of} ${JSON.stringify(where)}`, scope.id, (ids) =>
        readPerParent<FacetBucket>(run, 'uuid', ids, facet([scopeCondition(scope.of, parentKey)])),
      )
    },
  }
}

type Row = Record<string, unknown>

/** Where a forward page in slug order starts; null for other pages. */
function onlySlugAfter({ orderBy, page }: EntityQuery): string | null {
  const isBySlug = orderBy.length === 0 || (orderBy.length === 1 && orderBy[0]?.field === 'SLUG')
  const slug = page.after?.[0]
  return isBySlug && !page.backward && page.before === null && typeof slug === 'string' ? slug : null
}

function isDescending({ orderBy }: EntityQuery): boolean {
  return orderBy[0]?.direction === 'DESC'
}

/** Everything the rows of a query depend on, except its fields. */
export function shapeOf(query: object): string {
  return JSON.stringify({ ...query, fields: undefined })
}

function selectEntities(query: EntityQuery, conditions: Sql[]): Sql {
  const { where, page, fields, withPositions } = query
  const isByDegree = query.orderBy.some(({ field }) => field === 'DEGREE')
  const terms = entityOrder(query.orderBy, 'e', isByDegree ? sql`counted.degree` : undefined)
  const isWhole = query.where === null && conditions.length === 0
  const counts = isWhole ? degreesOfAll : degreeOfEach
  const from = isByDegree ? sql`kb_entities e ${counts}` : sql`kb_entities e`
  return sql`SELECT ${selectList(entityColumnsOf(fields, 'e'), withPositions ? positionColumns(terms) : [])} FROM ${from} WHERE ${allOf(
    [isVisible, ...entityConditions(where), ...conditions, ...between(terms, page)],
  )} ${orderBy(terms, page)} ${limitOf(page)}`
}

/** Counts each row's edges once; OFFSET 0 keeps the planner from inlining the count. */
const degreeOfEach = sql`CROSS JOIN LATERAL (SELECT ${degreeExpression(sql`e.slug`, { direction: 'ANY', relations: null })} AS degree OFFSET 0) counted`

const degreesOfAll = sql`LEFT JOIN (SELECT ends.slug, count(*) AS edges FROM kb_edges d
    JOIN kb_entities s ON s.slug = d.source_slug AND ${visible('s')} JOIN kb_entities t ON t.slug = d.target_slug AND ${visible('t')}
    CROSS JOIN LATERAL (SELECT s.slug UNION ALL SELECT t.slug WHERE t.slug <> s.slug) ends GROUP BY ends.slug) touching ON touching.slug = e.slug
  CROSS JOIN LATERAL (SELECT coalesce(touching.edges, 0) AS degree) counted`

function entityPage(rows: Row[], query: EntityQuery) {
  const terms = query.withPositions ? entityOrder(query.orderBy) : null
  return toPage(
    rows.map((row): Positioned<EntityRecord> => ({
      item: entityOf(row, query.fields, ''),
      position: terms && positionOf(row, terms),
    })),
    query.page,
  )
}

/** Facet buckets over the entities `e` in `from` that match. */
export function facetStatement(field: EntityFacetField, limit: number, from: Sql, conditions: Sql[]): Sql {
  const where = allOf(conditions)
  const rest = sql`ORDER BY count DESC, value LIMIT ${limit}`
  switch (field) {
    case 'KIND':
      return sql`SELECT v.key AS value, v.label, count(*) ${from} JOIN kb_kinds v ON v.key = e.kind_key WHERE ${where} GROUP BY v.key ${rest}`
    case 'DOMAIN':
      return sql`SELECT v.key AS value, v.label, count(*) ${from} JOIN kb_domains v ON v.key = e.domain_key WHERE ${where} GROUP BY v.key ${rest}`
    case 'TAG':
      return sql`SELECT v.tag AS value, v.tag AS label, count(*) ${from} JOIN kb_entity_tags v ON v.entity_id = e.id WHERE ${where} GROUP BY v.tag ${rest}`
    case 'STATUS':
      return sql`SELECT e.status::text AS value, initcap(e.status::text) AS label, count(*) ${from} WHERE ${where} GROUP BY e.status ${rest}`
    case 'SOURCE':
      // An entity that cites a document several times counts once.
      return sql`SELECT v.uri AS value, coalesce(min(v.title COLLATE "C"), v.uri) AS label, count(DISTINCT e.id) ${from} JOIN kb_entity_sources v ON v.entity_id = e.id WHERE ${where} GROUP BY v.uri ${rest}`
  }
}
