import sql, { join, raw, type Sql } from 'sql-template-tag'
import type {
  EdgeMatch,
  EdgeQuantifier,
  EntityFilter,
  GraphEdgeFilter,
} from '../../../domain/graph/filter.ts'
import type { Adjacency, EntityScope } from '../../graph-reader.ts'
import { allOf, unfolded } from './batch.ts'
import {
  attributeConditions,
  dateTimeConditions,
  floatConditions,
  intConditions,
  keyConditions,
  logicConditions,
  stringConditions,
} from './conditions.ts'
import { visible } from './view.ts'

/** Symmetric relations, as an array that is read once per statement and still lets the index over (end, relation) serve. */
export const symmetricRelations = sql`ANY(ARRAY(SELECT key FROM kb_relations WHERE is_symmetric))`

/** One direction along an entity's edges: `near` is the column of the entity, `far` of the other end. */
export interface Branch {
  readonly direction: 'OUT' | 'IN'
  readonly near: 'source_slug' | 'target_slug'
  readonly far: 'source_slug' | 'target_slug'
  /** Conditions except the start; a self-loop counts as OUT only. */
  readonly conditions: Sql[]
}

export function branchesOf({ direction, relations }: Adjacency, edge: string): Branch[] {
  const column = (name: string) => raw(`${edge}.${name}`)
  const among = relations ? [sql`${column('relation_key')} = ANY(${unfolded(relations)})`] : []
  const symmetricOnly = sql`${column('relation_key')} = ${symmetricRelations}`
  const out: Branch = {
    direction: 'OUT',
    near: 'source_slug',
    far: 'target_slug',
    conditions: [...among, ...(direction === 'IN' ? [symmetricOnly, notSelfLoop(edge)] : [])],
  }
  const incoming: Branch = {
    direction: 'IN',
    near: 'target_slug',
    far: 'source_slug',
    conditions: [
      ...among,
      ...(direction === 'OUT' ? [symmetricOnly] : []),
      ...(direction === 'IN' ? [] : [notSelfLoop(edge)]),
    ],
  }
  return [out, incoming]
}

function notSelfLoop(edge: string): Sql {
  return sql`${raw(edge)}.source_slug <> ${raw(edge)}.target_slug`
}

export function degreeExpression(slug: Sql, adjacency: Adjacency): Sql {
  const counts = branchesOf(adjacency, 'd').map(
    ({ near, far, conditions }) =>
      sql`(SELECT count(*) FROM kb_edges d JOIN kb_entities o ON o.slug = d.${raw(far)} AND ${visible('o')} WHERE ${allOf([sql`d.${raw(near)} = ${slug}`, ...conditions])})`,
  )
  return sql`(${join(counts, ' + ')})`
}

/** Conditions of a filter on kb_entities, except visibility. */
export function entityConditions(filter: EntityFilter | null | undefined, alias = 'e', depth = 0): Sql[] {
  if (!filter) return []
  const column = (name: string) => raw(`${alias}.${name}`)
  const { status, tags, degree, hasMedia, hasSource, edges } = filter
  const tagRows = sql`SELECT tg.tag FROM kb_entity_tags tg WHERE tg.entity_id = ${column('id')}`
  const has = (tag: string) =>
    sql`EXISTS (SELECT FROM kb_entity_tags tg WHERE tg.entity_id = ${column('id')} AND tg.tag = ${tag})`
  const hasRow = (table: string, wanted: boolean) =>
    sql`${wanted ? sql`` : sql`NOT `}EXISTS (SELECT FROM ${raw(table)} m WHERE m.entity_id = ${column('id')})`
  return [
    ...logicConditions(filter, (branch: EntityFilter) => entityConditions(branch, alias, depth)),
    ...keyConditions(column('slug'), filter.slug),
    ...keyConditions(column('kind_key'), filter.kind),
    ...keyConditions(column('domain_key'), filter.domain),
    ...stringConditions(column('title'), filter.title, column('title_key')),
    ...(status ? [sql`${column('status')} = ANY(${[...status]}::kb_publication_status[])`] : []),
    ...(tags?.hasAny ? [sql`EXISTS (${tagRows} AND tg.tag = ANY(${[...tags.hasAny]}::text[]))`] : []),
    ...(tags?.hasAll ?? []).map(has),
    ...(tags?.hasNone ? [sql`NOT EXISTS (${tagRows} AND tg.tag = ANY(${[...tags.hasNone]}::text[]))`] : []),
    ...(tags?.isEmpty != null ? [sql`${tags.isEmpty ? sql`NOT ` : sql``}EXISTS (${tagRows})`] : []),
    ...attributeConditions(column('attributes'), filter.attributes),
    ...dateTimeConditions(column('created_at'), filter.createdAt),
    ...dateTimeConditions(column('updated_at'), filter.updatedAt),
    ...(degree
      ? intConditions(degreeExpression(column('slug'), { direction: 'ANY', relations: null }), degree)
      : []),
    ...(hasMedia != null ? [hasRow('kb_entity_media', hasMedia)] : []),
    ...(hasSource != null ? [hasRow('kb_entity_sources', hasSource)] : []),
    ...quantifierConditions(edges, column('slug'), depth),
  ]
}

/** `direction` and `relations` select the edges to test: `every` over `borders` does not require that there are only borders. */
function quantifierConditions(
  quantifier: EdgeQuantifier | null | undefined,
  slug: Sql,
  depth: number,
): Sql[] {
  if (!quantifier) return []
  const edge = `q${depth}`
  const far = `f${depth}`
  const anyEdge = (match: EdgeMatch, test: (conditions: Sql) => Sql) => {
    const tests = allOf([
      ...floatConditions(raw(`${edge}.weight`), match.weight),
      ...entityConditions(match.entity, far, depth + 1),
    ])
    const adjacency = { direction: match.direction, relations: match.relations ?? null }
    const ways = branchesOf(adjacency, edge).map(
      (way) =>
        sql`EXISTS (SELECT FROM kb_edges ${raw(edge)} JOIN kb_entities ${raw(far)} ON ${raw(far)}.slug = ${raw(`${edge}.${way.far}`)} AND ${visible(far)} WHERE ${allOf([sql`${raw(`${edge}.${way.near}`)} = ${slug}`, ...way.conditions, test(tests)])})`,
    )
    return sql`(${join(ways, ' OR ')})`
  }
  const { some, every, none } = quantifier
  return [
    ...(some ? [anyEdge(some, (tests) => sql`(${tests})`)] : []),
    ...(every ? [sql`NOT ${anyEdge(every, (tests) => sql`(${tests}) IS NOT TRUE`)}`] : []),
    ...(none ? [sql`NOT ${anyEdge(none, (tests) => sql`(${tests})`)}`] : []),
  ]
}

export function edgeConditions(filter: GraphEdgeFilter | null | undefined): Sql[] {
  if (!filter) return []
  return [
    ...logicConditions(filter, edgeConditions),
    ...keyConditions(sql`e.relation_key`, filter.relation),
    ...floatConditions(sql`e.weight`, filter.weight),
    ...entityConditions(filter.source, 's'),
    ...entityConditions(filter.target, 't'),
    ...attributeConditions(sql`e.attributes`, filter.attributes),
    ...dateTimeConditions(sql`e.updated_at`, filter.updatedAt),
  ]
}

/** Whether entity `e` belongs to a list; `id` may be a batch's parent key. */
export function scopeCondition(of: EntityScope['of'], id: Sql): Sql {
  const members = {
    media: sql`SELECT m.entity_id FROM kb_entity_media m WHERE m.media_id = ${id}`,
    workflow: sql`SELECT w.entity_id FROM kb_workflow_steps w WHERE w.workflow_id = ${id}`,
    run: sql`SELECT r.entity_id FROM kb_entity_sources r WHERE r.run_id = ${id}`,
  }
  return sql`e.id IN (${members[of]})`
}
