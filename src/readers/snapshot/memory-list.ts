import { toPage, type Page, type PageRequest } from '../../domain/paging/page.ts'
import type { OrderDirection } from '../../domain/graph/order.ts'
import { keysetOf, type OrderTerm, type OrderValue } from '../../graph/lists/order-terms.ts'
import { takeFromOrdered } from '../../graph/lists/take-page.ts'
import type { Positioned } from '../record.ts'

export interface Term<Row> {
  readonly of: (row: Row) => OrderValue
  readonly direction?: OrderDirection
}

export function pageOfRows<Row>(
  rows: readonly Row[],
  terms: readonly Term<Row>[],
  page: PageRequest,
): Page<Positioned<Row>> {
  const places = rows.map((_, place) => place)
  const order = terms.map(({ of, direction = 'ASC' }): OrderTerm => ({
    direction,
    valueOf: (place) => of(rows[place]!),
  }))
  const { items, ...rest } = toPage(takeFromOrdered(places, order, null, page), page)
  return { ...rest, items: items.map((place) => ({ item: rows[place]!, position: keysetOf(order, place) })) }
}

export function groupBy<Row>(rows: Iterable<Row>, keyOf: (row: Row) => string): Map<string, Row[]> {
  return Map.groupBy(rows, keyOf)
}
