import type { Undirected } from './undirected.ts'

/** Edge steps an estimate may take, which determines the number of pivots. */
const affordableSteps = 40_000_000
const fewestPivots = 10
/** More do not improve the result. */
const mostPivots = 100

/**
 * Betweenness centrality (Brandes, "A faster algorithm for betweenness centrality", 2001), undirected: the
 * share of shortest paths between two other nodes that pass through, averaged over all pairs, from 0 to 1.
 * @param isEstimate uses 10 to 100 pivots, fewer for larger graphs, spread evenly in slug order (Brandes and
 * Pich, 2007), so results are deterministic
 */
export function betweenness(graph: Undirected, isEstimate: boolean): Float64Array {
  const { nodeCount, far } = graph
  const sums = new Float64Array(nodeCount)
  if (nodeCount < 3) return sums
  const affordable = Math.floor(affordableSteps / Math.max(far.length, 1))
  const pivots = isEstimate ? Math.min(Math.max(affordable, fewestPivots), mostPivots) : nodeCount
  const scratch = {
    paths: new Float64Array(nodeCount),
    depths: new Int32Array(nodeCount),
    shares: new Float64Array(nodeCount),
    queue: new Uint32Array(nodeCount),
  }
  for (let pivot = 0; pivot < pivots; pivot++)
    addShares(graph, Math.floor((pivot * nodeCount) / pivots), sums, scratch)
  const scale = nodeCount / pivots / ((nodeCount - 1) * (nodeCount - 2))
  return sums.map((sum) => sum * scale)
}

interface Scratch {
  readonly paths: Float64Array
  readonly depths: Int32Array
  readonly shares: Float64Array
  readonly queue: Uint32Array
}

function addShares(
  { start, far }: Undirected,
  source: number,
  sums: Float64Array,
  { paths, depths, shares, queue }: Scratch,
): void {
  paths.fill(0)
  depths.fill(-1)
  shares.fill(0)
  paths[source] = 1
  depths[source] = 0
  queue[0] = source
  let count = 1
  for (let at = 0; at < count; at++) {
    const node = queue[at]!
    for (let row = start[node]!; row < start[node + 1]!; row++) {
      const next = far[row]!
      if (depths[next] === -1) {
        depths[next] = depths[node]! + 1
        queue[count++] = next
      }
      if (depths[next] === depths[node]! + 1) paths[next]! += paths[node]!
    }
  }
  for (let at = count - 1; at > 0; at--) {
    const node = queue[at]!
    const share = (1 + shares[node]!) / paths[node]!
    for (let row = start[node]!; row < start[node + 1]!; row++) {
      const before = far[row]!
      if (depths[before] === depths[node]! - 1) shares[before]! += paths[before]! * share
    }
    sums[node]! += shares[node]!
  }
}
