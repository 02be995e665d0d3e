import fc from 'fast-check'
import { expect } from 'vitest'
import { encodeCursor, listFingerprint, type Keyset } from '../../src/domain/paging/cursor.ts'
import { testCursorKey, type GraphApi } from './graph-api.ts'

/** A list of the API beside the plain SELECT that gives all of it. */
export interface PagedList {
  readonly field: 'entities' | 'edges'
  readonly where?: object
  readonly orderBy?: readonly { field: string; direction: 'ASC' | 'DESC' }[]
  /** All rows in order: `key`, and `position` as a JSON array of what a cursor holds. */
  readonly sql: string
  /** How often it is drawn, beside the others. */
  readonly weight?: number
}

interface Row {
  readonly key: string
  readonly position: Keyset
}
interface Connection {
  readonly edges: { cursor: string; node: { slug?: string; id?: string } }[]
  readonly pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

/**
 * Random pages, of a random size from a random place in a random direction, are exactly the slices of the whole list.
 * Cursors are made from the rows' own values; that the API hands out the same ones is checked on each page.
 */
export async function checkRandomPages(
  api: GraphApi,
  lists: readonly PagedList[],
  pages: number,
): Promise<void> {
  const loaded: (PagedList & { rows: Row[]; cursorOf: (row: Row) => string })[] = []
  for (const list of lists) {
    const { rows } = await api.database.pool.query<Row>(list.sql)
    expect(rows.length).toBeGreaterThan(1)
    const fingerprint = listFingerprint(list.field, list.where ?? null, list.orderBy ?? [])
    loaded.push({ ...list, rows, cursorOf: (row) => encodeCursor(testCursorKey, fingerprint, row.position) })
  }
  const draw = fc.record({
    list: fc.oneof(
      ...loaded.map(({ weight }, index) => ({ arbitrary: fc.constant(index), weight: weight ?? 10 })),
    ),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    isBackward: fc.boolean(),
    isFromEnd: fc.nat(20).map((number) => number === 0),
    size: fc.integer({ min: 1, max: 100 }),
  })
  await fc.assert(
    fc.asyncProperty(draw, async ({ list: index, place, isBackward, isFromEnd, size }) => {
      const { rows, cursorOf, ...list } = loaded[index]!
      const at = Math.min(Math.floor(place * rows.length), rows.length - 1)
      const cursor = isFromEnd ? null : cursorOf(rows[at]!)
      const start = isBackward ? Math.max(0, (isFromEnd ? rows.length : at) - size) : isFromEnd ? 0 : at + 1
      const end = isBackward ? (isFromEnd ? rows.length : at) : Math.min(rows.length, start + size)
      const expected = rows.slice(start, end)
      const { [list.field]: connection } = await api.query<Record<string, Connection>>(queryOf(list.field), {
        where: list.where,
        orderBy: list.orderBy,
        [isBackward ? 'last' : 'first']: size,
        [isBackward ? 'before' : 'after']: cursor,
      })
      const { edges, pageInfo } = connection!
      expect(edges.map(({ node }) => node.slug ?? node.id)).toEqual(expected.map(({ key }) => key))
      expect(edges.map((edge) => edge.cursor)).toEqual(expected.map(cursorOf))
      expect(pageInfo).toEqual({
        hasNextPage: isBackward ? !isFromEnd : end < rows.length,
        hasPreviousPage: isBackward ? start > 0 : !isFromEnd,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      })
    }),
    { numRuns: pages },
  )
}

function queryOf(field: PagedList['field']): string {
  const [filter, order, node] =
    field === 'entities'
      ? ['EntityFilter', 'EntityOrder', 'slug']
      : ['GraphEdgeFilter', 'GraphEdgeOrder', 'id']
  return `query ($where: ${filter}, $orderBy: [${order}!], $first: Int, $after: String, $last: Int, $before: String) {
    ${field}(where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
}

const by = (field: string, direction: 'ASC' | 'DESC' = 'ASC') => ({ field, direction })
const entities = (values: string, order: string, where = 'TRUE') =>
  `SELECT slug AS key, json_build_array(${values}) AS position FROM kb_entities e WHERE status = 'PUBLISHED' AND ${where} ORDER BY ${order}`
const edges = (values: string, order: string) =>
  `SELECT translate(encode(convert_to('GraphEdge:' || e.id, 'UTF8'), 'base64'), '+/=' || chr(10), '-_') AS key, json_build_array(${values}) AS position FROM kb_edges e JOIN kb_entities s ON s.slug = source_slug AND s.status = 'PUBLISHED' JOIN kb_entities t ON t.slug = target_slug AND t.status = 'PUBLISHED' ORDER BY ${order}`
const instant = (column: string) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
const degreeBy = (near: string, far: string, more: string) =>
  `(SELECT count(*) FROM kb_edges d JOIN kb_entities o ON o.slug = d.${far} AND o.status = 'PUBLISHED' WHERE d.${near} = e.slug ${more})`
const degree = `(${degreeBy('source_slug', 'target_slug', '')} + ${degreeBy('target_slug', 'source_slug', 'AND d.source_slug <> d.target_slug')})`

/** Lists in every order of the API, plain and mixed, with and without a filter. */
export const pagedLists: readonly PagedList[] = [
  { field: 'entities', sql: entities('slug', 'slug') },
  { field: 'entities', orderBy: [by('SLUG', 'DESC')], sql: entities('slug', 'slug DESC') },
  { field: 'entities', orderBy: [by('TITLE')], sql: entities('title_key, slug', 'title_key, slug') },
  {
    field: 'entities',
    orderBy: [by('TITLE', 'DESC')],
    sql: entities('title_key, slug', 'title_key DESC, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('KIND', 'DESC'), by('TITLE')],
    sql: entities('kind_key, title_key, slug', 'kind_key DESC, title_key, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('DOMAIN', 'DESC')],
    sql: entities('domain_key, slug', 'domain_key DESC NULLS LAST, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('DOMAIN'), by('IMPORTANCE')],
    sql: entities('domain_key, weight, slug', 'domain_key NULLS LAST, weight NULLS LAST, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('IMPORTANCE', 'DESC')],
    sql: entities('weight, slug', 'weight DESC NULLS LAST, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('CREATED_AT', 'DESC')],
    sql: entities(`${instant('created_at')}, slug`, 'created_at DESC, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('UPDATED_AT')],
    sql: entities(`${instant('updated_at')}, slug`, 'updated_at, slug'),
  },
  {
    field: 'entities',
    orderBy: [by('DEGREE', 'DESC')],
    sql: entities(`${degree}, slug`, `${degree} DESC, slug`),
    weight: 1,
  },
  {
    field: 'entities',
    where: { title: { containsInsensitive: 'a' } },
    orderBy: [by('TITLE', 'DESC'), by('SLUG', 'DESC')],
    sql: entities('title_key, slug', 'title_key DESC, slug DESC', `title_key LIKE '%a%'`),
  },
  {
    field: 'edges',
    sql: edges('relation_key, source_slug, target_slug', 'relation_key, source_slug, target_slug'),
    weight: 4,
  },
  {
    field: 'edges',
    orderBy: [by('RELATION', 'DESC')],
    sql: edges('relation_key, source_slug, target_slug', 'relation_key DESC, source_slug, target_slug'),
    weight: 1,
  },
  {
    field: 'edges',
    orderBy: [by('WEIGHT', 'DESC'), by('UPDATED_AT')],
    sql: edges(
      `e.weight, ${instant('e.updated_at')}, relation_key, source_slug, target_slug`,
      'e.weight DESC NULLS LAST, e.updated_at, relation_key, source_slug, target_slug',
    ),
    weight: 1,
  },
]
