/** Nodes per chunk, as bits. */
export const rowBits = 10
export const rowsInChunk = 1 << rowBits
const rowMask = rowsInChunk - 1
/** Head of a chunk: where each half of each row starts, and where the last one ends. */
export const headSize = rowsInChunk * 2 + 1

/**
 * The adjacency that walks use. Nodes are numbered in slug order, relations in key order, so comparing
 * numbers compares names. Parallel edges and self-loops are allowed. The rows of {@link rowsInChunk} nodes
 * share one compressed chunk: for a node at `place` (see {@link outgoingAt}) outgoing edges are the entries
 * from `chunk[place]` to before `chunk[place + 1]`, incoming ones follow to before `chunk[place + 2]`, each
 * by relation, then far node. An entry is the far node; its edge number is `edgeShift(chunk)` further on. So
 * walks read one piece of memory per node, and a change copies only the chunks it touches.
 */
export interface Topology {
  /** All node numbers are below it; some may be unused, without edges. */
  readonly nodeBound: number
  readonly chunks: readonly Uint32Array[]
  readonly longestRow: number
  readonly relationOf: Uint16Array
  /** By edge number; NaN for none. */
  readonly weightOf: Float64Array
  /** By relation number: 1 if its direction has no meaning. */
  readonly isSymmetric: Uint8Array
}

export function chunkOf(topology: Topology, node: number): Uint32Array {
  return topology.chunks[node >>> rowBits]!
}

/** Where a chunk's head holds the start of a node's outgoing edges. */
export function outgoingAt(node: number): number {
  return (node & rowMask) << 1
}

export function incomingAt(node: number): number {
  return ((node & rowMask) << 1) + 1
}

/** Distance from an entry to its edge number. */
export function edgeShift(chunk: Uint32Array): number {
  return chunk[headSize - 1]! - headSize
}

/** Entries of all rows: two per edge. */
export function countEntries({ chunks }: Topology): number {
  return chunks.reduce((sum, chunk) => sum + edgeShift(chunk), 0)
}

export interface EdgeEnds {
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  readonly relationOf: Uint16Array
}

export interface FarEdge {
  readonly far: number
  readonly edge: number
}

/** Compares the entries of half a row. */
export function orderBy(relationOf: Uint16Array) {
  return (a: FarEdge, b: FarEdge) =>
    relationOf[a.edge]! - relationOf[b.edge]! || a.far - b.far || a.edge - b.edge
}
