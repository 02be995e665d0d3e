import type { Work } from '../in-turns.ts'
import {
  chunkOf,
  edgeShift,
  headSize,
  incomingAt,
  orderBy,
  outgoingAt,
  rowBits,
  rowsInChunk,
  type FarEdge,
  type Topology,
} from './topology.ts'

export interface RowEdit {
  readonly from: number
  readonly outgoing: FarEdge[]
  readonly incoming: FarEdge[]
}

export interface RowRules {
  isGone(edge: number): boolean
  moved(node: number): number
  readonly relationOf: Uint16Array
}

/** Edits rows by new node number. Time is proportional to the chunks touched. */
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
  /** Unchanged rows, up to the given half. */
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
