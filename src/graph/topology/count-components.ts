import type { Work } from '../in-turns.ts'
import { edgesOf, type Snapshot } from '../snapshot.ts'

/** Connected components, undirected: union-find with path halving (Tarjan and van Leeuwen, 1984). */
export function* countComponents(snapshot: Snapshot): Work<number> {
  const { nodeCount, nodeBound, sourceOf, targetOf } = snapshot
  const parents = new Uint32Array(nodeBound)
  for (let node = 0; node < nodeBound; node++) parents[node] = node
  const find = (start: number): number => {
    let node = start
    while (parents[node] !== node) node = parents[node] = parents[parents[node]!]!
    return node
  }
  let count = nodeCount
  let turn = 0
  for (const edge of edgesOf(snapshot)) {
    if (++turn % 0x1000 === 0) yield
    const [one, other] = [find(sourceOf.get(edge)), find(targetOf.get(edge))]
    if (one === other) continue
    parents[one] = other
    count--
  }
  return count
}
