export type OrderDirection = 'ASC' | 'DESC'
export interface Order<Field extends string> {
  readonly field: Field
  readonly direction: OrderDirection
}
export type EntityOrderField =
  'TITLE' | 'SLUG' | 'KIND' | 'DOMAIN' | 'CREATED_AT' | 'UPDATED_AT' | 'DEGREE' | 'IMPORTANCE'
export type GraphEdgeOrderField = 'RELATION' | 'WEIGHT' | 'CREATED_AT' | 'UPDATED_AT'

// An order is made total by ties, all ascending, so that a cursor names exactly one place. What a cursor holds is
// the order's values and then the ties' that the order does not already have.

/** Entities: ended by slug. */
export function entityPositionLength(orders: readonly Order<EntityOrderField>[]): number {
  return orders.length + (orders.some(({ field }) => field === 'SLUG') ? 0 : 1)
}

/** Neighbors: as entities, then relation and direction of the edge. */
export function neighborPositionLength(orders: readonly Order<EntityOrderField>[]): number {
  return entityPositionLength(orders) + 2
}

/**
 * Edges: ended by relation, source slug and target slug; edges of one entity by relation, slug of the other end, and
 * direction.
 */
export function edgePositionLength(orders: readonly Order<GraphEdgeOrderField>[]): number {
  return orders.length + (orders.some(({ field }) => field === 'RELATION') ? 2 : 3)
}
