/** Nodes whose rows lie together in one chunk. */
export const rowBits = 10
export const rowsInChunk = 1 << rowBits
const rowMask = rowsInChunk - 1
/** Numbers before the entries: where either half of each row begins, and where the last one ends. */
export const headSize = rowsInChunk * 2 + 1

/**
 * What walks go along. Nodes are numbered in the order of their slugs and relations in that of their keys, so comparing
 * numbers compares names. Several edges may join two nodes, and an edge may end where it begins.
 *
 * The rows of {@link rowsInChunk} nodes lie in one chunk, compressed: of a node at `place` (see {@link outgoingAt}) the edges that
 * leave it are the entries from `chunk[place]` to before `chunk[place + 1]`, those that come in follow to before `chunk[place + 2]`,
 * each by relation, then far node. An entry is the node at the other end; the number of its edge lies `edgeShift(chunk)` behind it.
 * So most walks find all that they ask of a node in one piece of memory, and a change copies the chunks of the nodes that it touches.
 */
export interface Topology {
  /** All numbers of nodes are below it; some of those may be no node's, and have no edges. */
  readonly nodeBound: number
  readonly chunks: readonly Uint32Array[]
  /** No node has more entries. */
  readonly longestRow: number
  /** By number of the edge. */
  readonly relationOf: Uint16Array
  /** By number of the edge; NaN where it has none. */
  readonly weightOf: Float64Array
  /** By number of the relation: 1 if its direction carries no meaning. */
  readonly isSymmetric: Uint8Array
}

export function chunkOf(topology: Topology, node: number): Uint32Array {
  return topology.chunks[node >>> rowBits]!
}

/** Where the head of its chunk says where the outgoing edges of a node begin. */
export function outgoingAt(node: number): number {
  return (node & rowMask) << 1
}

/** … the incoming ones. */
export function incomingAt(node: number): number {
  return ((node & rowMask) << 1) + 1
}

/** How far behind an entry the number of its edge lies. */
export function edgeShift(chunk: Uint32Array): number {
  return chunk[headSize - 1]! - headSize
}

/** Entries of all rows: each edge has two. */
export function countEntries({ chunks }: Topology): number {
  return chunks.reduce((sum, chunk) => sum + edgeShift(chunk), 0)
}

/** The ends of edges, by number of the edge. */
export interface EdgeEnds {
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  readonly relationOf: Uint16Array
}

/** An entry of a row, or one that is to come into it. */
export interface FarEdge {
  readonly far: number
  readonly edge: number
}

/** The order of the entries of half a row. */
export function orderBy(relationOf: Uint16Array) {
  return (a: FarEdge, b: FarEdge) =>
    relationOf[a.edge]! - relationOf[b.edge]! || a.far - b.far || a.edge - b.edge
}
