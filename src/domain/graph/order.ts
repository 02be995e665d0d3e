export type OrderDirection = 'ASC' | 'DESC'
export interface Order<Field extends string> {
  readonly field: Field
  readonly direction: OrderDirection
}
export type EntityOrderField =
  'TITLE' | 'SLUG' | 'KIND' | 'DOMAIN' | 'CREATED_AT' | 'UPDATED_AT' | 'DEGREE' | 'IMPORTANCE'
export type GraphEdgeOrderField = 'RELATION' | 'WEIGHT' | 'CREATED_AT' | 'UPDATED_AT'

// Ascending tie-breakers make each order total, so that a cursor names exactly one position. A cursor holds
// the order's values, then the tie-breakers not already among them.

/** Tie-breaker: slug. */
export function entityPositionLength(orders: readonly Order<EntityOrderField>[]): number {
  return orders.length + (orders.some(({ field }) => field === 'SLUG') ? 0 : 1)
}

/** Tie-breakers: slug, then relation and direction of the edge. */
export function neighborPositionLength(orders: readonly Order<EntityOrderField>[]): number {
  return entityPositionLength(orders) + 2
}

/** Tie-breakers: relation, source, target; for one entity's edges relation, other end, direction. */
export function edgePositionLength(orders: readonly Order<GraphEdgeOrderField>[]): number {
  return orders.length + (orders.some(({ field }) => field === 'RELATION') ? 2 : 3)
}
