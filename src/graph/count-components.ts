import type { Snapshot } from './snapshot.ts'

/** Connected components, direction ignored: union-find with path halving (Tarjan and van Leeuwen, 1984). */
export function countComponents({ nodeCount, edgeNumbers, sourceOf, targetOf }: Snapshot): number {
  const parents = Uint32Array.from({ length: nodeCount }, (_, node) => node)
  const find = (start: number): number => {
    let node = start
    while (parents[node] !== node) node = parents[node] = parents[parents[node]!]!
    return node
  }
  let count = nodeCount
  for (const edge of edgeNumbers) {
    const [one, other] = [find(sourceOf[edge]!), find(targetOf[edge]!)]
    if (one === other) continue
    parents[one] = other
    count--
  }
  return count
}
