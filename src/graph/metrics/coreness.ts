import type { Undirected } from './undirected.ts'

/**
 * Core numbers: the greatest k for which a node belongs to a subgraph where all have at least k neighbors
 * (Batagelj and Zaveršnik, "An O(m) algorithm for cores decomposition", 2003). Nodes are sorted by degree;
 * removing one moves its neighbors down.
 */
export function coreness({ nodeCount, start, far }: Undirected): Uint32Array {
  const degree = new Uint32Array(nodeCount)
  let most = 0
  for (let node = 0; node < nodeCount; node++) {
    degree[node] = start[node + 1]! - start[node]!
    most = Math.max(most, degree[node]!)
  }
  const begin = new Uint32Array(most + 2)
  for (const value of degree) begin[value + 1]!++
  for (let value = 1; value < begin.length; value++) begin[value]! += begin[value - 1]!
  const order = new Uint32Array(nodeCount)
  const place = new Uint32Array(nodeCount)
  const next = begin.slice()
  for (let node = 0; node < nodeCount; node++) {
    place[node] = next[degree[node]!]!++
    order[place[node]!] = node
  }
  for (let at = 0; at < nodeCount; at++) {
    const node = order[at]!
    for (let row = start[node]!; row < start[node + 1]!; row++) {
      const near = far[row]!
      if (degree[near]! <= degree[node]!) continue
      // To the front of its degree, then across the border to the one below.
      const front = begin[degree[near]!]!
      const other = order[front]!
      order[place[near]!] = other
      place[other] = place[near]!
      order[front] = near
      place[near] = front
      begin[degree[near]!] = front + 1
      degree[near]!--
    }
  }
  return degree
}
