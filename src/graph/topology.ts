/** Half of the edges of a graph: those that leave its nodes, or those that come in. Compressed sparse rows. */
export interface HalfEdges {
  /** Entries of node `n` are those from `start[n]` to before `start[n + 1]`, by relation, then by far node. */
  readonly start: Uint32Array
  /** The node at the other end. */
  readonly far: Uint32Array
  /** The number of the edge. */
  readonly edge: Uint32Array
}

/**
 * What walks go along. Nodes are numbered in the order of their slugs and relations in that of their keys, so comparing
 * numbers compares names. Several edges may join two nodes, and an edge may end where it begins.
 */
export interface Topology {
  readonly nodeCount: number
  readonly outgoing: HalfEdges
  readonly incoming: HalfEdges
  /** By number of the edge. */
  readonly relationOf: Uint16Array
  /** By number of the edge; NaN where it has none. */
  readonly weightOf: Float64Array
  /** By number of the relation: 1 if its direction carries no meaning. */
  readonly isSymmetric: Uint8Array
}

/** The ends of edges, by number of the edge. */
export interface EdgeEnds {
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  readonly relationOf: Uint16Array
}

/**
 * Sorts edges into rows by two stable counting sorts a key, last key first: time in proportion to nodes, relations and edges.
 *
 * @param edges numbers of the edges that are there
 * @param near where an edge has the node whose row it belongs to
 */
export function sortIntoRows(
  nodeCount: number,
  relationCount: number,
  edges: Uint32Array,
  { near, far, relationOf }: { near: Uint32Array; far: Uint32Array; relationOf: Uint16Array },
): HalfEdges {
  let sorted = countingSort(edges, far, nodeCount).sorted
  sorted = countingSort(sorted, relationOf, relationCount).sorted
  const { sorted: edge, start } = countingSort(sorted, near, nodeCount)
  const farNodes = new Uint32Array(edge.length)
  for (let at = 0; at < edge.length; at++) farNodes[at] = far[edge[at]!]!
  return { start, far: farNodes, edge }
}

function countingSort(items: Uint32Array, keys: Uint32Array | Uint16Array, keyCount: number) {
  const start = new Uint32Array(keyCount + 1)
  for (let at = 0; at < items.length; at++) start[keys[items[at]!]! + 1]!++
  for (let key = 0; key < keyCount; key++) start[key + 1]! += start[key]!
  const next = start.slice()
  const sorted = new Uint32Array(items.length)
  for (let at = 0; at < items.length; at++) sorted[next[keys[items[at]!]!]!++] = items[at]!
  return { sorted, start }
}

/** The topology of edges that are all there, numbered from 0. */
export function createTopology(
  nodeCount: number,
  { sourceOf, targetOf, relationOf }: EdgeEnds,
  weightOf: Float64Array,
  isSymmetric: Uint8Array,
): Topology {
  const edges = Uint32Array.from(sourceOf, (_, edge) => edge)
  const rows = (near: Uint32Array, far: Uint32Array) =>
    sortIntoRows(nodeCount, isSymmetric.length, edges, { near, far, relationOf })
  return {
    nodeCount,
    outgoing: rows(sourceOf, targetOf),
    incoming: rows(targetOf, sourceOf),
    relationOf,
    weightOf,
    isSymmetric,
  }
}
