import fc from 'fast-check'

/** Random choices from one seed. */
export interface Draw {
  /** From 0 to `below` - 1. */
  number(below: number): number
  chance(share: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** At most `most` distinct items. */
  some<Item>(items: readonly Item[], most: number): Item[]
}

export function createDraw(seed: number): Draw {
  const [choices] = fc.sample(fc.noBias(fc.infiniteStream(fc.nat())), { seed, numRuns: 1 })
  const number = (below: number) => (choices!.next().value as number) % Math.max(1, below)
  const draw: Draw = {
    number,
    chance: (share) => number(1000) < share * 1000,
    pick: (items) => items[number(items.length)]!,
    some(items, most) {
      const left = [...items]
      const count = Math.min(left.length, 1 + number(most))
      return Array.from({ length: count }, () => left.splice(number(left.length), 1)[0]!)
    },
  }
  return draw
}
