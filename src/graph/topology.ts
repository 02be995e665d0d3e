import { atOnce, type Work } from './in-turns.ts'

/** Nodes whose rows lie together in one chunk. */
export const rowBits = 10
export const rowsInChunk = 1 << rowBits
const rowMask = rowsInChunk - 1
/** Numbers before the entries: where either half of each row begins, and where the last one ends. */
const headSize = rowsInChunk * 2 + 1

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

/** Edges by their numbers, which need not follow one another. */
export interface EdgeList {
  /** Numbers of the edges that are there. */
  readonly numbers: Uint32Array
  /** By number of the edge. */
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
}

type EdgeValues = Pick<Topology, 'relationOf' | 'weightOf' | 'isSymmetric'>

const edgesPerTurn = 1 << 13

/** Puts edges into rows: counts them, places them, sorts each row. */
export function* buildTopology(
  nodeBound: number,
  { numbers, sourceOf, targetOf }: EdgeList,
  { relationOf, weightOf, isSymmetric }: EdgeValues,
): Work<Topology> {
  const counts = Array.from({ length: Math.ceil(nodeBound / rowsInChunk) }, () => new Uint32Array(headSize))
  for (let first = 0; first < numbers.length; first += edgesPerTurn) {
    countEnds(numbers.subarray(first, first + edgesPerTurn), sourceOf, targetOf, counts)
    yield
  }
  const chunks = counts.map(layOut)
  yield
  for (let first = 0; first < numbers.length; first += edgesPerTurn) {
    placeEnds(numbers.subarray(first, first + edgesPerTurn), sourceOf, targetOf, counts, chunks)
    yield
  }
  let longestRow = 0
  for (const chunk of chunks) {
    sortChunk(chunk, relationOf)
    for (let at = 0; at < headSize - 1; at += 2)
      longestRow = Math.max(longestRow, chunk[at + 2]! - chunk[at]!)
    yield
  }
  return { nodeBound, chunks, longestRow, relationOf, weightOf, isSymmetric }
}

function countEnds(
  edges: Uint32Array,
  sourceOf: Uint32Array,
  targetOf: Uint32Array,
  counts: readonly Uint32Array[],
): void {
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at]!
    const [source, target] = [sourceOf[edge]!, targetOf[edge]!]
    counts[source >>> rowBits]![outgoingAt(source)]!++
    counts[target >>> rowBits]![incomingAt(target)]!++
  }
}

function placeEnds(
  edges: Uint32Array,
  sourceOf: Uint32Array,
  targetOf: Uint32Array,
  next: readonly Uint32Array[],
  chunks: readonly Uint32Array[],
): void {
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at]!
    const [source, target] = [sourceOf[edge]!, targetOf[edge]!]
    place(chunks[source >>> rowBits]!, next[source >>> rowBits]!, outgoingAt(source), target, edge)
    place(chunks[target >>> rowBits]!, next[target >>> rowBits]!, incomingAt(target), source, edge)
  }
}

/** A chunk with room for so many entries; the counts become the places where the next entry of each half goes. */
function layOut(counts: Uint32Array): Uint32Array {
  let total = 0
  for (const count of counts) total += count
  const chunk = new Uint32Array(headSize + total * 2)
  let at = headSize
  for (let half = 0; half < headSize; half++) {
    chunk[half] = at
    const count = counts[half]!
    counts[half] = at
    at += count
  }
  return chunk
}

function place(chunk: Uint32Array, next: Uint32Array, half: number, far: number, edge: number): void {
  const at = next[half]!
  next[half] = at + 1
  chunk[at] = far
  chunk[at + edgeShift(chunk)] = edge
}

/** Sorts each half of each row by relation, then far node, then number. Most are short. */
function sortChunk(chunk: Uint32Array, relationOf: Uint16Array): void {
  for (let half = 0; half < headSize - 1; half++) {
    const [from, to] = [chunk[half]!, chunk[half + 1]!]
    if (to - from > 32) sortLong(chunk, from, to, relationOf)
    else if (to - from > 1) sortShort(chunk, from, to, relationOf)
  }
}

function sortShort(chunk: Uint32Array, from: number, to: number, relationOf: Uint16Array): void {
  const shift = edgeShift(chunk)
  for (let at = from + 1; at < to; at++) {
    const far = chunk[at]!
    const edge = chunk[at + shift]!
    const relation = relationOf[edge]!
    let free = at
    for (; free > from; free--) {
      const other = chunk[free - 1 + shift]!
      const order = relationOf[other]! - relation || chunk[free - 1]! - far || other - edge
      if (order <= 0) break
      chunk[free] = chunk[free - 1]!
      chunk[free + shift] = other
    }
    chunk[free] = far
    chunk[free + shift] = edge
  }
}

function sortLong(chunk: Uint32Array, from: number, to: number, relationOf: Uint16Array): void {
  const shift = edgeShift(chunk)
  const entries: FarEdge[] = []
  for (let at = from; at < to; at++) entries.push({ far: chunk[at]!, edge: chunk[at + shift]! })
  entries.sort(orderBy(relationOf))
  for (const [at, { far, edge }] of entries.entries()) {
    chunk[from + at] = far
    chunk[from + at + shift] = edge
  }
}

function orderBy(relationOf: Uint16Array) {
  return (a: FarEdge, b: FarEdge) =>
    relationOf[a.edge]! - relationOf[b.edge]! || a.far - b.far || a.edge - b.edge
}

/** The ends of edges, by number of the edge. */
export interface EdgeEnds {
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  readonly relationOf: Uint16Array
}

/** The topology of edges that are all there, numbered from 0, between nodes that are. */
export function createTopology(
  nodeBound: number,
  { sourceOf, targetOf, relationOf }: EdgeEnds,
  weightOf: Float64Array,
  isSymmetric: Uint8Array,
): Topology {
  return atOnce(
    buildTopology(
      nodeBound,
      { numbers: Uint32Array.from(sourceOf.keys()), sourceOf, targetOf },
      { relationOf, weightOf, isSymmetric },
    ),
  )
}

/** What becomes of the row of a node. */
export interface RowEdit {
  /** The number that the node had before; -1 where it had none. */
  readonly from: number
  /** Edges that come, by their far ends. */
  readonly outgoing: FarEdge[]
  readonly incoming: FarEdge[]
}

export interface FarEdge {
  readonly far: number
  readonly edge: number
}

/** What is said of the edges and nodes that stay. */
export interface RowRules {
  isGone(edge: number): boolean
  /** The new number of a node. */
  moved(node: number): number
  readonly relationOf: Uint16Array
}

/**
 * The topology after edits of some rows; the one before stays as it is. Costs time in proportion to the chunks that are touched.
 *
 * @param edits by new number
 */
export function* editRows(
  before: Topology,
  nodeBound: number,
  edits: ReadonlyMap<number, RowEdit>,
  rules: RowRules & Pick<Topology, 'weightOf'>,
): Work<Topology> {
  const chunks = [...before.chunks]
  while (chunks.length < Math.ceil(nodeBound / rowsInChunk)) chunks.push(emptyChunk())
  let { longestRow } = before
  for (const [at, nodes] of Map.groupBy(edits.keys(), (node) => node >>> rowBits)) {
    const rows = nodes
      .sort((a, b) => a - b)
      .map((node) => ({ node, row: editRow(before, edits.get(node)!, rules) }))
    for (const { row } of rows) longestRow = Math.max(longestRow, row.outgoing.length + row.incoming.length)
    chunks[at] = replaceRows(chunks[at]!, rows)
    yield
  }
  const { relationOf, weightOf } = rules
  return { nodeBound, chunks, longestRow, relationOf, weightOf, isSymmetric: before.isSymmetric }
}

function emptyChunk(): Uint32Array {
  return new Uint32Array(headSize).fill(headSize)
}

interface Row {
  readonly outgoing: readonly FarEdge[]
  readonly incoming: readonly FarEdge[]
}

function editRow(before: Topology, { from, outgoing, incoming }: RowEdit, rules: RowRules): Row {
  const kept = (half: number, added: FarEdge[]) => {
    if (from === -1) return added.length < 2 ? added : added.sort(orderBy(rules.relationOf))
    const chunk = chunkOf(before, from)
    const shift = edgeShift(chunk)
    const entries: FarEdge[] = []
    for (let at = chunk[half]!; at < chunk[half + 1]!; at++) {
      const edge = chunk[at + shift]!
      if (!rules.isGone(edge)) entries.push({ far: rules.moved(chunk[at]!), edge })
    }
    if (added.length === 0) return entries
    return mergeInto(entries, added.sort(orderBy(rules.relationOf)), orderBy(rules.relationOf))
  }
  return {
    outgoing: kept(outgoingAt(from), outgoing),
    incoming: kept(incomingAt(from), incoming),
  }
}

function mergeInto<Item>(
  items: readonly Item[],
  added: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Item[] {
  const merged: Item[] = []
  let next = 0
  for (const item of items) {
    while (next < added.length && compare(added[next]!, item) < 0) merged.push(added[next++]!)
    merged.push(item)
  }
  while (next < added.length) merged.push(added[next++]!)
  return merged
}

/** A copy of a chunk with some rows replaced. @param rows in the order of nodes */
function replaceRows(
  chunk: Uint32Array,
  rows: readonly { readonly node: number; readonly row: Row }[],
): Uint32Array {
  let total = edgeShift(chunk)
  for (const { node, row } of rows) {
    const at = outgoingAt(node)
    total += row.outgoing.length + row.incoming.length - (chunk[at + 2]! - chunk[at]!)
  }
  const made = new Uint32Array(headSize + total * 2)
  const [shift, madeShift] = [edgeShift(chunk), total]
  let half = 0
  let to = headSize
  /** Rows that stay, up to the half with a number. */
  const copyUpTo = (end: number) => {
    const [first, last] = [chunk[half]!, chunk[end]!]
    const moved = to - first
    for (; half < end; half++) made[half] = chunk[half]! + moved
    made.set(chunk.subarray(first, last), to)
    made.set(chunk.subarray(first + shift, last + shift), to + madeShift)
    to += last - first
  }
  for (const { node, row } of rows) {
    copyUpTo(outgoingAt(node))
    for (const entries of [row.outgoing, row.incoming]) {
      made[half++] = to
      for (const { far, edge } of entries) {
        made[to] = far
        made[to++ + madeShift] = edge
      }
    }
  }
  copyUpTo(headSize - 1)
  made[headSize - 1] = to
  return made
}
