/** HOPS: 1 a step; WEIGHT: the edge's weight; INVERSE_WEIGHT: 1 / weight. */
export type PathCost = 'HOPS' | 'WEIGHT' | 'INVERSE_WEIGHT'

/**
 * What a step along an edge costs. An edge without a weight counts as one of weight 1. A step that would cost less than
 * nothing, or without end (the inverse of 0), cannot be taken: it costs Infinity.
 *
 * @param weight NaN where the edge has none
 */
export function stepCost(cost: PathCost, weight: number): number {
  if (cost === 'HOPS' || Number.isNaN(weight)) return 1
  const step = cost === 'WEIGHT' ? weight : 1 / weight
  return step >= 0 ? step : Infinity
}
