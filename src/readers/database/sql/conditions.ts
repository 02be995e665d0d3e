import sql, { join, type Sql } from 'sql-template-tag'
import type {
  AttributeFilter,
  DateTimeFilter,
  FloatFilter,
  IntFilter,
  KeyFilter,
  StringFilter,
} from '../../../domain/graph/filter.ts'
import { isListIndex, parsePointer } from '../../../domain/json/pointer.ts'

/** Escapes a text for LIKE. */
function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}

/** Escapes after folding, which may produce special characters (a full-width `％`); in a subquery, so once per statement. */
export function foldedLiteral(text: string): Sql {
  return sql`(SELECT replace(replace(replace(kb_fold(${text}), '\\', '\\\\'), '%', '\\%'), '_', '\\_'))`
}

/** Conditions of a text column in two-valued logic: null equals nothing, so `ne` and `notIn` match it. */
export function stringConditions(column: Sql, filter: StringFilter | null | undefined, folded?: Sql): Sql[] {
  if (!filter) return []
  const { contains, containsInsensitive, isNull } = filter
  return [
    ...keyConditions(column, filter),
    ...(contains != null ? [sql`${column} LIKE ${`%${escapeLike(contains)}%`}`] : []),
    ...(containsInsensitive != null
      ? [sql`${folded ?? sql`kb_fold(${column})`} LIKE '%' || ${foldedLiteral(containsInsensitive)} || '%'`]
      : []),
    ...nullCondition(column, isNull),
  ]
}

export function keyConditions(column: Sql, filter: KeyFilter | null | undefined): Sql[] {
  if (!filter) return []
  const { eq, ne, in: among, notIn, startsWith } = filter
  return [
    ...(eq != null ? [sql`${column} = ${eq}`] : []),
    ...(ne != null ? [sql`${column} IS DISTINCT FROM ${ne}`] : []),
    ...(among != null ? [sql`${column} = ANY(${[...among]}::text[])`] : []),
    ...(notIn != null ? [sql`(${column} = ANY(${[...notIn]}::text[])) IS NOT TRUE`] : []),
    ...(startsWith != null ? [sql`${column} LIKE ${`${escapeLike(startsWith)}%`}`] : []),
  ]
}

type Comparable<Value> = { readonly [Name in 'eq' | 'lt' | 'lte' | 'gt' | 'gte']?: Value | null | undefined }

function comparisons<Value>(column: Sql, filter: Comparable<Value>, type: Sql): Sql[] {
  const { eq, lt, lte, gt, gte } = filter
  return [
    ...(eq != null ? [sql`${column} = ${eq}::${type}`] : []),
    ...(lt != null ? [sql`${column} < ${lt}::${type}`] : []),
    ...(lte != null ? [sql`${column} <= ${lte}::${type}`] : []),
    ...(gt != null ? [sql`${column} > ${gt}::${type}`] : []),
    ...(gte != null ? [sql`${column} >= ${gte}::${type}`] : []),
  ]
}

function nullCondition(column: Sql, isNull: boolean | null | undefined): Sql[] {
  if (isNull == null) return []
  return [isNull ? sql`${column} IS NULL` : sql`${column} IS NOT NULL`]
}

export function intConditions(column: Sql, filter: IntFilter | null | undefined): Sql[] {
  if (!filter) return []
  const { ne, in: among, isNull } = filter
  return [
    ...comparisons(column, filter, sql`int8`),
    ...(ne != null ? [sql`${column} IS DISTINCT FROM ${ne}::int8`] : []),
    ...(among != null ? [sql`${column} = ANY(${[...among]}::int8[])`] : []),
    ...nullCondition(column, isNull),
  ]
}

export function floatConditions(column: Sql, filter: FloatFilter | null | undefined): Sql[] {
  return filter ? [...comparisons(column, filter, sql`float8`), ...nullCondition(column, filter.isNull)] : []
}

export function dateTimeConditions(column: Sql, filter: DateTimeFilter | null | undefined): Sql[] {
  return filter
    ? [...comparisons(column, filter, sql`timestamptz`), ...nullCondition(column, filter.isNull)]
    : []
}

/** What `#>` takes for an array index. */
function isIndexOfPostgres(segment: string): boolean {
  return /^\s*[+-]?\d+$/.test(segment)
}

/** The value at a pointer, or NULL. PostgreSQL also takes `01` and `-1` for indexes, which RFC 6901 forbids. */
function valueAt(column: Sql, path: readonly string[]): Sql {
  const value = sql`${column} #> ${[...path]}::text[]`
  const names = path.flatMap((segment, at) =>
    isIndexOfPostgres(segment) && !isListIndex(segment) ? [at] : [],
  )
  if (names.length === 0) return value
  const areMembers = names.map(
    (at) => sql`jsonb_typeof(${column} #> ${path.slice(0, at)}::text[]) = 'object'`,
  )
  return sql`CASE WHEN ${join(areMembers, ' AND ')} THEN ${value} END`
}

export function attributeConditions(
  column: Sql,
  filters: readonly AttributeFilter[] | null | undefined,
): Sql[] {
  return (filters ?? []).flatMap((filter) => {
    const path = parsePointer(filter.pointer)
    const value = valueAt(column, path)
    const number = (operator: Sql, bound: number) =>
      sql`CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${value})::numeric ${operator} ${bound}::numeric ELSE FALSE END`
    const { exists, eq, in: among, contains, gt, lt } = filter
    // Without array indexes, containment works, too, which the GIN index answers.
    const isPlain = path.length > 0 && !path.some(isIndexOfPostgres)
    const nested = (inner: unknown) =>
      path.reduceRight<unknown>((rest, segment) => ({ [segment]: rest }), inner)
    return [
      ...(exists != null ? [exists ? sql`${value} IS NOT NULL` : sql`${value} IS NULL`] : []),
      ...(eq !== undefined ? [sql`${value} = ${JSON.stringify(eq)}::jsonb`] : []),
      ...(eq !== undefined && isPlain ? [sql`${column} @> ${JSON.stringify(nested(eq))}::jsonb`] : []),
      ...(among != null ? [sql`${value} = ANY(${among.map((item) => JSON.stringify(item))}::jsonb[])`] : []),
      ...(contains !== undefined ? [sql`${value} @> ${JSON.stringify(contains)}::jsonb`] : []),
      ...(gt != null ? [number(sql`>`, gt)] : []),
      ...(lt != null ? [number(sql`<`, lt)] : []),
    ]
  })
}

/** Combines the AND, OR and NOT of a filter. */
export function logicConditions<Filter extends object>(
  filter: {
    readonly and?: readonly Filter[] | null | undefined
    readonly or?: readonly Filter[] | null | undefined
    readonly not?: Filter | null | undefined
  },
  conditionsOf: (branch: Filter) => Sql[],
): Sql[] {
  const group = (branch: Filter) => {
    const conditions = conditionsOf(branch)
    return conditions.length === 0 ? sql`TRUE` : sql`(${join(conditions, ' AND ')})`
  }
  const { and, or, not } = filter
  return [
    ...(and ?? []).map(group),
    ...(or ? [or.length === 0 ? sql`FALSE` : sql`(${join(or.map(group), ' OR ')})`] : []),
    ...(not ? [sql`${group(not)} IS NOT TRUE`] : []),
  ]
}
