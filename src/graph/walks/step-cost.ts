/** HOPS: 1 a step; WEIGHT: the edge's weight; INVERSE_WEIGHT: 1 / weight. */
export type PathCost = 'HOPS' | 'WEIGHT' | 'INVERSE_WEIGHT'

/**
 * The cost of a step along an edge; a missing weight counts as 1. Negative or infinite costs become Infinity:
 * the step cannot be taken.
 * @param weight NaN where the edge has none
 */
export function stepCost(cost: PathCost, weight: number): number {
  if (cost === 'HOPS' || Number.isNaN(weight)) return 1
  const step = cost === 'WEIGHT' ? weight : 1 / weight
  return step >= 0 ? step : Infinity
}
