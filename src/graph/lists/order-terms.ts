import type { Keyset } from '../../domain/paging/cursor.ts'
import { compareCodePoints } from '../../domain/text/code-points.ts'
import type { OrderDirection } from '../../domain/graph/order.ts'

export type OrderValue = string | number | null

/** A sort term over numbered items. Nulls come last in either direction. */
export interface OrderTerm {
  readonly direction: OrderDirection
  valueOf(item: number): OrderValue
  /** The value in a cursor, if it differs from `valueOf`. */
  readonly toCursor?: (value: OrderValue) => OrderValue
  readonly fromCursor?: (value: OrderValue) => OrderValue
}

function compareValues(left: OrderValue, right: OrderValue): number {
  if (typeof left === 'string' && typeof right === 'string') return compareCodePoints(left, right)
  return (left as number) - (right as number)
}

function compareBy(term: OrderTerm, left: OrderValue, right: OrderValue): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
  const compared = compareValues(left, right)
  return term.direction === 'ASC' ? compared : -compared
}

/** Compares two items; equal only if they are the same. */
export function compareItems(terms: readonly OrderTerm[], left: number, right: number): number {
  for (const term of terms) {
    const compared = compareBy(term, term.valueOf(left), term.valueOf(right))
    if (compared !== 0) return compared
  }
  return 0
}

export function compareToKeyset(terms: readonly OrderTerm[], item: number, keyset: Keyset): number {
  for (const [index, term] of terms.entries()) {
    const given = keyset[index] ?? null
    const value = term.fromCursor === undefined ? given : term.fromCursor(given)
    const compared = compareBy(term, term.valueOf(item), value)
    if (compared !== 0) return compared
  }
  return 0
}

export function keysetOf(terms: readonly OrderTerm[], item: number): Keyset {
  return terms.map((term) => {
    const value = term.valueOf(item)
    return term.toCursor === undefined ? value : term.toCursor(value)
  })
}
