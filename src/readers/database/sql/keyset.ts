import sql, { join, raw, type Sql } from 'sql-template-tag'
import type { Keyset } from '../../../domain/paging/cursor.ts'
import type { OrderDirection } from '../../../domain/graph/order.ts'
import type { PageRequest } from '../../../domain/paging/page.ts'

export interface OrderTerm {
  readonly expression: Sql
  readonly type: 'text' | 'timestamptz' | 'float8' | 'int8' | 'int4' | 'uuid' | 'float4'
  readonly direction: OrderDirection
  readonly isNullable?: boolean
  /** The same for all rows of this SELECT. */
  readonly isConstant?: boolean
}

const operatorOf = { ASC: '>', DESC: '<' } as const
const flip = { ASC: 'DESC', DESC: 'ASC' } as const

/** Null comes last, so first when reading backward. */
export function orderBy(terms: readonly OrderTerm[], page: Pick<PageRequest, 'backward'>): Sql {
  const parts = terms.map(({ expression, direction, isNullable }) => {
    const way = page.backward ? flip[direction] : direction
    const nulls = isNullable ? ` NULLS ${page.backward ? 'FIRST' : 'LAST'}` : ''
    return sql`${expression} ${raw(way + nulls)}`
  })
  return sql`ORDER BY ${join(parts, ', ')}`
}

export function positionColumns(terms: readonly OrderTerm[]): Sql[] {
  return terms.map(({ expression }, index) => sql`${expression} AS ${raw(`k${index}`)}`)
}

export function positionOf(row: object, terms: readonly OrderTerm[]): Keyset {
  return terms.map((_, index) => (row as Record<string, string | number | null>)[`k${index}`] ?? null)
}

export function between(terms: readonly OrderTerm[], page: PageRequest): Sql[] {
  return [
    ...(page.after ? [beyond(terms, page.after, 'after')] : []),
    ...(page.before ? [beyond(terms, page.before, 'before')] : []),
  ]
}

function beyond(terms: readonly OrderTerm[], keyset: Keyset, side: 'after' | 'before'): Sql {
  const value = (index: number) => sql`${keyset[index] ?? null}::${raw(terms[index]!.type)}`
  const [first] = terms
  const isUniform = terms.every((term) => !term.isNullable && term.direction === first?.direction)
  if (first && isUniform) {
    // A row comparison, which an index on the same columns answers.
    const operator = operatorOf[side === 'after' ? first.direction : flip[first.direction]]
    const columns = join(terms.map((term) => term.expression))
    return sql`(${columns}) ${raw(operator)} (${join(terms.map((_, index) => value(index)))})`
  }
  const alternatives = terms.map((_, index) => {
    const ties = terms
      .slice(0, index)
      .map((term, tie) =>
        term.isNullable && keyset[tie] === null
          ? sql`${term.expression} IS NULL`
          : sql`${term.expression} = ${value(tie)}`,
      )
    return sql`(${join([...ties, past(terms[index]!, keyset[index] ?? null, value(index), side)], ' AND ')})`
  })
  return sql`(${join(alternatives, ' OR ')})`
}

function past(term: OrderTerm, found: string | number | null, value: Sql, side: 'after' | 'before'): Sql {
  const { expression, direction, isNullable } = term
  if (found === null) return side === 'after' ? sql`FALSE` : sql`${expression} IS NOT NULL`
  const way = side === 'after' ? direction : flip[direction]
  const compared = sql`${expression} ${raw(operatorOf[way])} ${value}`
  return isNullable && side === 'after' ? sql`(${compared} OR ${expression} IS NULL)` : compared
}

/** The most common page sizes. */
const usualSizes = new Set([1, 5, 10, 20, 25, 50, 100])

/** LIMIT with one extra row, to detect a next page. Common sizes are literals, since an unknown limit makes Postgres replan. */
export function limitOf({ limit }: Pick<PageRequest, 'limit'>): Sql {
  return usualSizes.has(limit) ? raw(`LIMIT ${limit + 1}`) : sql`LIMIT ${limit + 1}`
}
