import sql, { join, raw, type Sql } from 'sql-template-tag'
import { toPage, type PageRequest } from '../../../domain/paging/page.ts'
import type { MediaRecord } from '../../media-reader.ts'
import {
  nearTitleCount,
  type Highlight,
  type SearchHit,
  type SearchQuery,
  type SearchReader,
  type SearchTarget,
} from '../../search-reader.ts'
import { markWords, wordTest } from '../../word-marks.ts'
import type { WorkflowRecord } from '../../workflow-reader.ts'
import { allOf } from '../sql/batch.ts'
import { entityColumnsOf, entityOf, selectList, type Column } from '../sql/columns.ts'
import { foldedLiteral } from '../sql/conditions.ts'
import { entityConditions } from '../sql/entity-conditions.ts'
import { facetStatement } from '../entity-reads.ts'
import { fuzzyMatch, titles } from './fuzzy-match.ts'
import { between, limitOf, orderBy, positionColumns, positionOf, type OrderTerm } from '../sql/keyset.ts'
import { lexicalMatch } from './lexical-match.ts'
import { isPublicMedia, mediaColumns } from '../media-reads.ts'
import { targetTables, type SearchMatch } from './search-match.ts'
import type { RunStatement } from '../sql/statement.ts'
import { type View, visible } from '../sql/view.ts'
import { workflowColumns } from '../workflow-reads.ts'

/** By score; then entities, media, workflows; then slug or key. */
const terms: readonly OrderTerm[] = [
  { expression: sql`h.score`, type: 'float4', direction: 'DESC' },
  { expression: sql`h.target`, type: 'text', direction: 'ASC' },
  { expression: sql`h.key`, type: 'text', direction: 'ASC' },
]

const matches: Readonly<Record<SearchQuery['mode'], SearchMatch>> = {
  LEXICAL: lexicalMatch,
  FUZZY: fuzzyMatch,
}

type SeenQuery = SearchQuery & Pick<View, 'sees'>

function hitConditions(target: SearchTarget, query: SeenQuery): Sql[] {
  const { alias, hasStatus } = targetTables[target]
  return [
    ...(hasStatus ? [visible(alias)] : []),
    ...(target === 'MEDIA' && query.sees === 'published' ? [isPublicMedia] : []),
    ...(target === 'ENTITY' ? entityConditions(query.where) : []),
  ]
}

function selectMatching(target: SearchTarget, query: SeenQuery, list: Sql): Sql {
  const { table, alias } = targetTables[target]
  const { words, alternatives } = matches[query.mode]
  return join(
    alternatives(target).map(
      (condition) =>
        sql`SELECT ${list} FROM ${raw(`${table} ${alias}`)}, ${words(query.text)} WHERE ${allOf([condition, ...hitConditions(target, query)])}`,
    ),
    ' UNION ALL ',
  )
}

function selectHits(
  target: SearchTarget,
  query: SeenQuery,
  columns: readonly Column[] = [],
  more: readonly Sql[] = [],
): Sql {
  const { alias, key } = targetTables[target]
  const match = matches[query.mode]
  const hit = [
    raw(`'${target}' AS target`),
    raw(`${alias}.id`),
    raw(`${alias}.${key} AS key`),
    sql`${match.score(target)} AS score`,
    ...more,
  ]
  return selectMatching(target, query, selectList(columns, hit))
}

/** The matches of all targets; their texts are read per page. */
function hitsOf(query: SeenQuery): Sql {
  return join(
    query.targets.map((target) => selectHits(target, query)),
    ' UNION ALL ',
  )
}

function highlightsOf(row: Row, target: SearchTarget, query: SearchQuery): Highlight[] {
  const { shown, foundPlaces } = matches[query.mode]
  const texts = Object.fromEntries(
    shown[target].map((column) => [column, row[`text.${column}`] as string | null]),
  )
  const byWord = foundPlaces ? null : wordTest(query)
  return markWords(texts, (column) => {
    if (byWord !== null) return byWord
    const places = new Set(row[`places.${column}`] as readonly number[])
    return (_, place) => places.has(place + 1)
  })
}

type Row = Record<string, unknown> & { readonly id: string }
type HitRow = Row & { readonly target: SearchTarget; readonly score: number }

const noRows: ReadonlyMap<string, Row> = new Map()

export function createSearchReads(run: RunStatement, { sees }: View): SearchReader {
  /** The texts of a page's hits of one target, in one statement. */
  const readNodes = async (
    target: SearchTarget,
    hits: readonly HitRow[],
    query: SearchQuery,
    columns: Sql,
    withHighlights: boolean,
  ) => {
    const ids = hits.filter((hit) => hit.target === target).map(({ id }) => id)
    if (ids.length === 0) return new Map<string, Row>()
    const { table, alias } = targetTables[target]
    const { shown, foundPlaces } = matches[query.mode]
    const marks = withHighlights
      ? shown[target].flatMap((column) => [
          sql`${raw(`${alias}.${column} AS "text.${column}"`)}`,
          ...(foundPlaces
            ? [sql`${foundPlaces(`${alias}.${column}`, query.text)} AS ${raw(`"places.${column}"`)}`]
            : []),
        ])
      : []
    const rows = await run<Row>(
      sql`SELECT ${join([columns, ...marks])} FROM ${raw(`${table} ${alias}`)} WHERE ${raw(alias)}.id = ANY(${ids}::uuid[])`,
    )
    return new Map(rows.map((row) => [row.id, row]))
  }

  const selectPage = (hits: Sql, page: PageRequest) =>
    sql`SELECT h.*, ${join(positionColumns(terms))} FROM (${hits}) h WHERE ${allOf(between(terms, page))} ${orderBy(terms, page)} ${limitOf(page)}`

  return {
    async search(asked, page, { entity: fields, withHighlights }) {
      const query = { ...asked, sees }
      // One statement if possible. Highlighting is expensive, so it waits until the page is known.
      const isDirect = !withHighlights && query.targets.every((target) => target === 'ENTITY')
      const hits = isDirect
        ? await run<HitRow>(selectPage(selectHits('ENTITY', query, entityColumnsOf(fields, 'e', 'e.')), page))
        : await run<HitRow>(selectPage(hitsOf(query), page))
      const entityList = selectList(entityColumnsOf(fields, 'e', 'e.'), [sql`e.id`])
      const [entities, media, workflows] = isDirect
        ? [new Map(hits.map((hit): [string, Row] => [hit.id, hit])), noRows, noRows]
        : await Promise.all([
            readNodes('ENTITY', hits, query, entityList, withHighlights),
            readNodes('MEDIA', hits, query, mediaColumns, withHighlights),
            readNodes('WORKFLOW', hits, query, workflowColumns, withHighlights),
          ])
      const hitOf = ({ target, id, score }: HitRow): SearchHit | null => {
        const row = { ENTITY: entities, MEDIA: media, WORKFLOW: workflows }[target].get(id)
        if (!row) return null // Withdrawn between the two statements.
        const highlights = withHighlights ? highlightsOf(row, target, query) : []
        if (target === 'ENTITY') return { target, score, highlights, node: entityOf(row, fields, 'e.') }
        if (target === 'MEDIA') return { target, score, highlights, node: row as unknown as MediaRecord }
        return { target, score, highlights, node: row as unknown as WorkflowRecord }
      }
      const { items, ...rest } = toPage(hits, page)
      return {
        ...rest,
        items: items.flatMap((hit) => {
          const item = hitOf(hit)
          return item ? [{ item, position: positionOf(hit, terms) }] : []
        }),
      }
    },

    async countSearch(query) {
      const [row] = await run<{ count: number }>(sql`SELECT count(*) FROM (${hitsOf({ ...query, sees })}) h`)
      return row!.count
    },

    searchFacet(query, field, limit) {
      if (!query.targets.includes('ENTITY')) return []
      const from = sql`FROM (${selectMatching('ENTITY', { ...query, sees }, sql`e.*`)}) e`
      return run(facetStatement(field, limit, from, []))
    },

    async nearTitles(query) {
      const near = { ...query, sees, mode: 'FUZZY' as const }
      const hits = query.targets.map((target) =>
        selectHits(target, near, [], [sql`${titles[target]} AS title`]),
      )
      const rows = await run<{ title: string }>(
        sql`SELECT h.title FROM (${join(hits, ' UNION ALL ')}) h ORDER BY h.score DESC, h.target, h.key LIMIT ${nearTitleCount}`,
      )
      return rows.map(({ title }) => title)
    },

    async suggest(prefix, limit, fields) {
      const rows = await run<Row & { text: string; score: number }>(
        sql`SELECT ${selectList(entityColumnsOf(fields, 'e', 'e.'), [sql`e.title AS text`, sql`coalesce(e.weight, 0) AS score`])} FROM kb_entities e WHERE ${visible('e')} AND e.title_key LIKE ${foldedLiteral(prefix)} || '%' ORDER BY e.weight DESC NULLS LAST, length(e.title_key), e.slug LIMIT ${limit}`,
      )
      return rows.map((row) => ({ text: row.text, score: row.score, entity: entityOf(row, fields, 'e.') }))
    },
  }
}
