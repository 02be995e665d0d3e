import { Items, Numbers } from './columns/chunks.ts'
import type { Work } from './in-turns.ts'
import type { Lineage } from './lineage.ts'
import { nothing, Snapshot, type GraphState } from './snapshot.ts'
import { buildTopology } from './topology/build.ts'

/**
 * Consecutive nodes before a number is left free. Measured: at 4, inserting a node moves less than one other.
 */
const nodesPerGap = 4

export interface PlainParts {
  readonly lineage: Lineage
  /** Entity rows in slug order. */
  readonly rows: Uint32Array
  /** By edge number: its ends' places among the rows; {@link nothing} where there is no such edge. */
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
}

/** Node numbers by place, with an extra free number before each wanted place. */
function spread(count: number, wanted: readonly number[]): Uint32Array {
  const numbers = new Uint32Array(count)
  for (let place = 0, next = 0; place < count; place++) {
    while (next < wanted.length && wanted[next]! <= place) next++
    numbers[place] = place + Math.floor(place / nodesPerGap) + next
  }
  return numbers
}

/** Builds a snapshot of everything published, with room for one more entity before `wanted` places. */
export function* assembleSnapshot(
  state: GraphState,
  parts: PlainParts,
  wanted: readonly number[] = [],
): Work<Snapshot> {
  const { lineage, rows, sourceOf: sources, targetOf: targets } = parts
  const { slugs: slugOfRow } = lineage.entities
  const numbers = spread(rows.length, wanted)
  const nodeBound = rows.length === 0 ? 0 : numbers.at(-1)! + 1
  let place = 0
  const rowOf = yield* Numbers.from(nodeBound, (node) => (numbers[place] === node ? rows[place++]! : nothing))
  place = 0
  const slugs = yield* Items.from(nodeBound, (node) => {
    if (numbers[place] === node) place++
    // A free number has the slug of the node before it.
    return place === 0 ? '' : slugOfRow[rows[place - 1]!]!
  })
  const { columns, rows: edgeRows } = lineage.edges
  const sourceOf = yield* numbered(sources.subarray(0, edgeRows), numbers)
  const targetOf = yield* numbered(targets.subarray(0, edgeRows), numbers)
  const present = edgesIn(sourceOf)
  yield
  const topology = yield* buildTopology(
    nodeBound,
    { numbers: present, sourceOf, targetOf },
    { relationOf: columns.relation, weightOf: columns.weight, isSymmetric: lineage.terms.isSymmetric },
  )
  return new Snapshot(state, {
    lineage,
    rowOf,
    slugs,
    nodeCount: rows.length,
    sourceOf: yield* Numbers.of(sourceOf),
    targetOf: yield* Numbers.of(targetOf),
    edgeCount: present.length,
    topology,
  })
}

/** The places of nodes among the existing ones, by number. */
export function* placesOf(snapshot: Snapshot): Work<Uint32Array> {
  const { nodeBound, rowOf } = snapshot
  const places = new Uint32Array(nodeBound)
  let place = 0
  for (let node = 0; node < nodeBound; node++) {
    if (rowOf.get(node) !== nothing) places[node] = place++
    if (node % 0x8000 === 0) yield
  }
  return places
}

/** The parts that a snapshot could be assembled from. */
export function* plainParts(snapshot: Snapshot): Work<PlainParts> {
  const { lineage, rowOf, nodeBound, nodeCount } = snapshot
  const places = yield* placesOf(snapshot)
  const rows = new Uint32Array(nodeCount)
  for (let node = 0; node < nodeBound; node++) {
    if (snapshot.hasNode(node)) rows[places[node]!] = rowOf.get(node)
    if (node % 0x8000 === 0) yield
  }
  const { length } = snapshot.sourceOf
  const [sourceOf, targetOf] = [new Uint32Array(length), new Uint32Array(length)]
  for (let edge = 0; edge < length; edge++) {
    const isThere = snapshot.hasEdge(edge)
    sourceOf[edge] = isThere ? places[snapshot.sourceOf.get(edge)]! : nothing
    targetOf[edge] = isThere ? places[snapshot.targetOf.get(edge)]! : nothing
    if (edge % 0x4000 === 0) yield
  }
  return { lineage, rows, sourceOf, targetOf }
}

function* numbered(places: Uint32Array, numbers: Uint32Array): Work<Uint32Array> {
  const found = new Uint32Array(places.length)
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!
    found[at] = place === nothing ? nothing : numbers[place]!
    if ((at & 0xffff) === 0) yield
  }
  return found
}

function edgesIn(sourceOf: Uint32Array): Uint32Array {
  const numbers = new Uint32Array(sourceOf.length)
  let count = 0
  for (let edge = 0; edge < sourceOf.length; edge++) if (sourceOf[edge] !== nothing) numbers[count++] = edge
  return numbers.subarray(0, count)
}
