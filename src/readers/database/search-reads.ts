import sql, { join, type Sql } from 'sql-template-tag'
import { toPage } from '../../domain/page.ts'
import type { EntityRecord } from '../graph-reader.ts'
import type { Highlight, SearchHit, SearchQuery, SearchReader, SearchTarget } from '../search-reader.ts'
import type { MediaRecord } from '../media-reader.ts'
import type { WorkflowRecord } from '../workflow-reader.ts'
import { allOf } from './batch.ts'
import { entityOf, selectEntity } from './columns.ts'
import { entityConditions } from './entity-conditions.ts'
import { concat, facetStatement } from './entity-reads.ts'
import { between, orderBy, positionOf, type OrderTerm } from './keyset.ts'
import { mediaColumns } from './media-reads.ts'
import type { RunStatement } from './statement.ts'
import { workflowColumns } from './workflow-reads.ts'

/** Best first; then entities, media, workflows; then by slug or key. */
const terms: readonly OrderTerm[] = [
  { expression: sql`h.score`, type: 'float4', direction: 'DESC' },
  { expression: sql`h.target`, type: 'text', direction: 'ASC' },
  { expression: sql`h.key`, type: 'text', direction: 'ASC' },
]

/** Marks of a match inside a headline: private-use characters, which no text of ours can hold by accident twice. */
const [opening, closing] = ['\uE000', '\uE001']
const headlineOptions = `StartSel=${opening}, StopSel=${closing}, HighlightAll=true`

interface TargetSql {
  readonly from: Sql
  readonly key: Sql
  readonly highlighted: readonly string[]
}
const targets: Record<SearchTarget, TargetSql> = {
  ENTITY: { from: sql`kb_entities e`, key: sql`e.slug`, highlighted: ['title', 'summary'] },
  MEDIA: { from: sql`kb_media_objects m`, key: sql`m.key`, highlighted: ['alt', 'caption'] },
  WORKFLOW: { from: sql`kb_workflows w`, key: sql`w.slug`, highlighted: ['title', 'summary'] },
}

function matchConditions(target: SearchTarget, query: SearchQuery): Sql[] {
  switch (target) {
    case 'ENTITY':
      return [sql`e.search_vector @@ q.query`, sql`e.status = 'PUBLISHED'`, ...entityConditions(query.where)]
    case 'MEDIA':
      return [sql`m.search_vector @@ q.query`]
    case 'WORKFLOW':
      return [sql`w.search_vector @@ q.query`, sql`w.status = 'PUBLISHED'`]
  }
}

/** The words as a query, folded as the stored words are. */
function wordsOf(text: string): Sql {
  return sql`(SELECT websearch_to_tsquery('public.kb_text', kb_fold(${text})) AS query) q`
}

/** The matches of all targets with their score; what is shown of them is read for one page only. */
function hitsOf(query: SearchQuery): Sql {
  const selects = query.targets.map((target) => {
    const { from, key } = targets[target]
    const alias = target === 'ENTITY' ? sql`e` : target === 'MEDIA' ? sql`m` : sql`w`
    return sql`SELECT '${target === 'ENTITY' ? sql`ENTITY` : target === 'MEDIA' ? sql`MEDIA` : sql`WORKFLOW`}' AS target, ${alias}.id, ${key} AS key, ts_rank_cd(${alias}.search_vector, q.query, 1) AS score FROM ${from}, ${wordsOf(query.text)} WHERE ${allOf(matchConditions(target, query))}`
  })
  return join(selects, ' UNION ALL ')
}

type HitRow = Record<string, unknown> & { target: SearchTarget; id: string; score: number }

/** Lexical search by weighted words, and completion by prefix. */
export function createSearchReads(run: RunStatement): SearchReader {
  return {
    async search(query, page, fields) {
      const hits = sql`SELECT h.* FROM (${hitsOf(query)}) h WHERE ${allOf(between(terms, page))} ${orderBy(terms, page)} LIMIT ${page.limit + 1}`
      const has = (target: SearchTarget) => query.targets.includes(target)
      const onlyEntities = query.targets.length === 1 && has('ENTITY')
      const headline = (column: Sql, name: string) =>
        sql`, ts_headline('public.kb_text', ${column}, q.query, ${headlineOptions}) AS "${name === 'title' ? sql`mark.title` : sql`mark.summary`}"`
      // The common case in one statement; other targets are read beside it, one statement each.
      const entityColumns = has('ENTITY')
        ? concat([
            sql`, ${selectEntity(fields.entity, 'e', 'e.')}`,
            ...(fields.withHighlights
              ? [headline(sql`e.title`, 'title'), headline(sql`e.summary`, 'summary')]
              : []),
          ])
        : sql``
      const entityJoin = has('ENTITY')
        ? sql` LEFT JOIN kb_entities e ON e.id = h.id AND h.target = 'ENTITY'${fields.withHighlights ? sql` CROSS JOIN ${wordsOf(query.text)}` : sql``}`
        : sql``
      const rows = await run<HitRow>(
        sql`SELECT h.target, h.id, h.score, h.score AS k0, h.target AS k1, h.key AS k2${entityColumns} FROM (${hits}) h${entityJoin} ${orderBy(terms, page)}`,
      )
      const [media, workflows] = onlyEntities
        ? [new Map(), new Map()]
        : await readOthers(run, rows, query, fields.withHighlights)
      const items = rows.map((row) => {
        const hit: SearchHit =
          row.target === 'ENTITY'
            ? {
                target: 'ENTITY',
                score: row.score,
                node: entityOf(row, fields.entity, 'e.') satisfies EntityRecord,
                highlights: highlightsOf({ title: row['mark.title'], summary: row['mark.summary'] }),
              }
            : row.target === 'MEDIA'
              ? { target: 'MEDIA', score: row.score, ...(media.get(row.id) as OtherNode<MediaRecord>) }
              : {
                  target: 'WORKFLOW',
                  score: row.score,
                  ...(workflows.get(row.id) as OtherNode<WorkflowRecord>),
                }
        return { item: hit, position: positionOf(row, terms) }
      })
      return toPage(items, page)
    },

    async countSearch(query) {
      const [row] = await run<{ count: number }>(sql`SELECT count(*) FROM (${hitsOf(query)}) h`)
      return row!.count
    },

    searchFacet(query, field, limit) {
      if (!query.targets.includes('ENTITY')) return []
      const from = sql`FROM ${wordsOf(query.text)} JOIN kb_entities e ON e.search_vector @@ q.query`
      return run(facetStatement(field, limit, from, matchConditions('ENTITY', query)))
    },

    async suggest(prefix, limit, fields) {
      const rows = await run<Record<string, unknown>>(
        sql`SELECT ${selectEntity(fields, 'e', 'e.')}, e.title AS text, coalesce(e.weight, 0) AS score FROM kb_entities e WHERE e.status = 'PUBLISHED' AND e.title_key LIKE replace(replace(replace(kb_fold(${prefix}), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' ORDER BY e.weight DESC NULLS LAST, length(e.title_key), e.slug LIMIT ${limit}`,
      )
      return rows.map((row) => ({
        text: row['text'] as string,
        score: row['score'] as number,
        entity: entityOf(row, fields, 'e.'),
      }))
    },
  }
}

interface OtherNode<Node> {
  readonly node: Node
  readonly highlights: Highlight[]
}

async function readOthers(run: RunStatement, rows: HitRow[], query: SearchQuery, withHighlights: boolean) {
  const read = async <Node extends { id: string }>(target: SearchTarget, columns: Sql, alias: Sql) => {
    const ids = rows.filter((row) => row.target === target).map((row) => row.id)
    if (ids.length === 0) return new Map<string, OtherNode<Node>>()
    const { from, highlighted } = targets[target]
    const marks = withHighlights
      ? concat(
          highlighted.map(
            (name) =>
              sql`, ts_headline('public.kb_text', ${alias}.${sql([name])}, q.query, ${headlineOptions}) AS "${sql([`mark.${name}`])}"`,
          ),
        )
      : sql``
    const found = await run<Node & Record<string, unknown>>(
      sql`SELECT ${columns}${marks} FROM ${from}${withHighlights ? sql`, ${wordsOf(query.text)}` : sql``} WHERE ${alias}.id = ANY(${ids}::uuid[])`,
    )
    return new Map(
      found.map((node) => [
        node.id,
        {
          node,
          highlights: highlightsOf(
            Object.fromEntries(highlighted.map((name) => [name, node[`mark.${name}`]])),
          ),
        },
      ]),
    )
  }
  return Promise.all([
    read<MediaRecord>('MEDIA', mediaColumns, sql`m`),
    read<WorkflowRecord>('WORKFLOW', workflowColumns, sql`w`),
  ])
}

/** Headlines as plain text with the ranges of the matches; fields without a match are left out. */
function highlightsOf(marked: Record<string, unknown>): Highlight[] {
  return Object.entries(marked).flatMap(([field, text]) => {
    if (typeof text !== 'string' || !text.includes(opening)) return []
    const ranges: { start: number; end: number }[] = []
    let snippet = ''
    let start = 0
    for (const character of text) {
      if (character === opening) start = snippet.length
      else if (character === closing) ranges.push({ start, end: snippet.length })
      else snippet += character
    }
    return [{ field, snippet, ranges }]
  })
}
