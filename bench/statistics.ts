/**
 * The middle value, or the mean of the two in the middle; NaN for none.
 *
 * @example median([3, 1, 2]) // 2
 */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return NaN
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The median of the values that are known; null if none is. */
export function medianOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : median(known)
}

/**
 * The value below which a share of the values lies, by the nearest rank; NaN for none.
 *
 * @param share from 0 to 1
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/**
 * How many times faster one contender is than another: the median over the rounds of the quotient within the round.
 * The two runs of a round lie side by side, so what slows the machine down for a while slows both.
 */
export function pairedRatio(rounds: readonly number[], others: readonly number[]): number {
  return median(rounds.map((value, round) => value / others[round]!))
}

/** The list begun at another place, so that in turn each comes first. */
export function rotate<Item>(items: readonly Item[], by: number): Item[] {
  return items.map((_, index) => items[(index + by) % items.length]!)
}
