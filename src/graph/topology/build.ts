import { atOnce, type Work } from '../in-turns.ts'
import {
  edgeShift,
  headSize,
  incomingAt,
  orderBy,
  outgoingAt,
  rowBits,
  rowsInChunk,
  type EdgeEnds,
  type FarEdge,
  type Topology,
} from './topology.ts'

export interface EdgeList {
  readonly numbers: Uint32Array
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
}

type EdgeValues = Pick<Topology, 'relationOf' | 'weightOf' | 'isSymmetric'>

const edgesPerTurn = 1 << 13

/** Builds rows from edges: counts, places and sorts them. */
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

/** A chunk with room for the entries; the counts become insertion positions. */
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

/** Sorts each half of each row, mostly short, by relation, far node and number. */
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

/** A topology of consecutively numbered edges and nodes. */
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
