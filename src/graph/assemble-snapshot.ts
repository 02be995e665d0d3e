import { Items, Numbers } from './chunks.ts'
import type { Work } from './in-turns.ts'
import type { Lineage } from './lineage.ts'
import { nothing, Snapshot, type GraphState } from './snapshot.ts'
import { buildTopology, type Topology } from './topology.ts'

/** So many nodes follow one another before a number is left free. */
const nodesPerGap = 8

/** What is published, told without free numbers. */
export interface PlainParts {
  readonly lineage: Lineage
  /** Rows of the entities in the order of their slugs. */
  readonly rows: Uint32Array
  /** By number of the edge: the places of its ends among the rows; {@link nothing} where there is no such edge. */
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
}

/** The number of the entity at a place. */
function spread(place: number): number {
  return place + Math.floor(place / nodesPerGap)
}

/** Makes a snapshot of everything that is published. */
export function* assembleSnapshot(state: GraphState, parts: PlainParts): Work<Snapshot> {
  const { lineage, rows, sourceOf: sources, targetOf: targets } = parts
  const { slugs: slugOfRow } = lineage.entities
  const nodeBound = rows.length === 0 ? 0 : spread(rows.length - 1) + 1
  const placeOf = (node: number) => node - Math.floor(node / (nodesPerGap + 1))
  const isFree = (node: number) => node % (nodesPerGap + 1) === nodesPerGap
  const rowOf = yield* Numbers.from(nodeBound, (node) => (isFree(node) ? nothing : rows[placeOf(node)]!))
  // A free number has the slug of the node before it.
  const nearestPlace = (node: number) => placeOf(isFree(node) ? node - 1 : node)
  const slugs = yield* Items.from(nodeBound, (node) => slugOfRow[rows[nearestPlace(node)]!]!)
  const endsAt = (places: Uint32Array) =>
    Numbers.from(lineage.edges.rows, (edge) => (places[edge] === nothing ? nothing : spread(places[edge]!)))
  const sourceOf = yield* endsAt(sources)
  const targetOf = yield* endsAt(targets)
  const present = edgesIn(sources.subarray(0, lineage.edges.rows))
  yield
  const { relation, weight } = lineage.edges.columns
  const topology = yield* buildTopology(
    nodeBound,
    {
      numbers: present,
      sourceOf: (edge) => sourceOf.get(edge),
      targetOf: (edge) => targetOf.get(edge),
    },
    { relationOf: relation, weightOf: weight, isSymmetric: lineage.terms.isSymmetric },
  )
  return new Snapshot(state, {
    lineage,
    rowOf,
    slugs,
    nodeCount: rows.length,
    sourceOf,
    targetOf,
    edgeCount: present.length,
    topology,
  })
}

/** The places of nodes among those that there are, by number. */
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

/** What a snapshot was assembled from, or could be. */
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

function edgesIn(sourceOf: Uint32Array): Uint32Array {
  const numbers = Uint32Array.from(sourceOf.keys())
  return sourceOf.includes(nothing) ? numbers.filter((edge) => sourceOf[edge] !== nothing) : numbers
}

/** The topology of the nodes that there are, each by its place among them. */
export function* topologyWithoutGaps(snapshot: Snapshot): Work<Topology> {
  const { rows, sourceOf, targetOf } = yield* plainParts(snapshot)
  return yield* buildTopology(
    rows.length,
    {
      numbers: edgesIn(sourceOf),
      sourceOf: (edge) => sourceOf[edge]!,
      targetOf: (edge) => targetOf[edge]!,
    },
    snapshot.topology,
  )
}
