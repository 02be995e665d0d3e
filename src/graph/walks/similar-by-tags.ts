import type { SimilarNode } from './similar.ts'

interface Places<Value> {
  readonly length: number
  get(number: number): Value
}

/** There are far fewer tag sets than nodes, and nodes with the same set are equally similar. */
export interface TagSets {
  readonly setOf: Places<number>
  readonly tagsOf: readonly (readonly number[])[]
  readonly nodesOf: Places<readonly number[]>
  readonly setsWith: ReadonlyMap<number, readonly number[]>
}

export function similarByTags(
  { setOf, tagsOf, nodesOf, setsWith }: TagSets,
  node: number,
  limit: number,
): SimilarNode[] {
  const own = tagsOf[setOf.get(node)]!
  const counts = new Map<number, number>()
  for (const tag of own)
    for (const set of setsWith.get(tag) ?? [])
      // Some sets may exist only in other snapshots.
      if (set < nodesOf.length) counts.set(set, (counts.get(set) ?? 0) + 1)
  const scored = Array.from(counts, ([set, count]) => ({
    set,
    score: count / (own.length + tagsOf[set]!.length - count),
  })).sort((left, right) => right.score - left.score)

  const found: SimilarNode[] = []
  for (let at = 0; at < scored.length && found.length < limit;) {
    const { score } = scored[at]!
    const tied: number[] = []
    // One of the first may be the node itself.
    for (; scored[at]?.score === score; at++) tied.push(...nodesOf.get(scored[at]!.set).slice(0, limit + 1))
    const others = tied.filter((other) => other !== node).sort((one, other) => one - other)
    found.push(...others.map((other) => ({ node: other, score })))
  }
  return found.slice(0, limit)
}
