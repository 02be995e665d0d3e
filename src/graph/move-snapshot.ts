import { assembleSnapshot, placesOf, plainParts } from './assemble-snapshot.ts'
import type { NumbersEdit } from './columns/chunks.ts'
import { carryDerived, renumberDerived, type SnapshotChange } from './columns/carried.ts'
import { atOnce, type Work } from './in-turns.ts'
import { NodeNumbers, NoRoomError } from './columns/node-numbers.ts'
import { findNode, lowerBound, nodesOf, nothing, Snapshot, type GraphState } from './snapshot.ts'
import { editRows, type RowEdit } from './topology/edit-rows.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt } from './topology/topology.ts'
import { uuidText } from './columns/uuid-index.ts'

export interface EntityChange {
  readonly id: string
  readonly slug: string
  readonly row: number | null
}

export interface EdgeChange {
  readonly id: string
  readonly edge: { readonly number: number; readonly source: string; readonly target: string } | null
}

export function moveSnapshot(
  before: Snapshot,
  state: GraphState,
  entities: readonly EntityChange[],
  edges: readonly EdgeChange[],
): Snapshot {
  return atOnce(moveInTurns(before, state, entities, edges))
}

/**
 * The next snapshot after some changes, each subject once; the former one stays valid. New rows must already
 * be in the lineage. Time is proportional to the changes, plus neighbors of added and removed nodes.
 * Renumbers everything only when free numbers run out.
 */
export function* moveInTurns(
  before: Snapshot,
  state: GraphState,
  entities: readonly EntityChange[],
  edges: readonly EdgeChange[],
): Work<Snapshot> {
  const nodes = yield* planNodes(before, entities)
  try {
    return yield* move(before, state, nodes, edges)
  } catch (error) {
    if (!(error instanceof NoRoomError)) throw error
    const roomy = yield* makeRoom(before, nodes.added)
    return yield* move(roomy, state, yield* planNodes(roomy, entities), edges)
  }
}

interface NodePlan {
  readonly replaced: ReadonlyMap<number, number>
  readonly gone: ReadonlySet<number>
  readonly added: readonly { readonly slug: string; readonly row: number }[]
}

function* planNodes(before: Snapshot, changes: readonly EntityChange[]): Work<NodePlan> {
  const replaced = new Map<number, number>()
  const gone = new Set<number>()
  const added: { slug: string; row: number }[] = []
  for (const { id, slug, row } of changes) {
    const node = nodeOf(before, id, slug)
    if (row !== null && node !== -1 && before.slugOf(node) === slug) replaced.set(node, row)
    else {
      if (node !== -1) gone.add(node)
      if (row !== null) added.push({ slug, row })
    }
    yield
  }
  return { replaced, gone, added: added.sort((a, b) => (a.slug < b.slug ? -1 : 1)) }
}

/** By slug, which is fast; by id if the slug has changed. */
function nodeOf(snapshot: Snapshot, id: string, slug: string): number {
  const node = snapshot.find(slug)
  if (node !== -1 && uuidText(snapshot.entities.id, snapshot.rowOf.get(node) * 16) === id) return node
  return snapshot.findById(id)
}

function* move(
  before: Snapshot,
  state: GraphState,
  nodes: NodePlan,
  changes: readonly EdgeChange[],
): Work<Snapshot> {
  const { lineage } = before
  const numbers = new NodeNumbers(before)
  for (const [node, row] of nodes.replaced) numbers.rowOf.set(node, row)
  for (const node of nodes.gone) numbers.remove(node)
  yield* numbers.add(nodes.added)
  const [rowOf, slugs] = [numbers.rowOf.finish(), numbers.slugs.finish()]
  const moved = movedNodes(numbers.cameFrom)
  const numberOf = (node: number) => moved.get(node) ?? node

  const goneEdges = yield* edgesThatGo(before, nodes.gone, changes)
  const edges = new EdgeEdit(before, { moved, gone: nodes.gone })
  for (const [to, from] of numbers.cameFrom) edges.place(to, from)
  for (const node of [...nodes.gone, ...moved.keys()]) if (rowOf.get(node) === nothing) edges.place(node, -1)
  for (const edge of goneEdges) {
    edges.remove(edge)
    yield
  }
  for (const [from, to] of moved) {
    edges.renameEnds(from, to, goneEdges)
    yield
  }
  const comingEdges: number[] = []
  for (const { edge } of changes) {
    if (edge === null) continue
    const [source, target] = [findNode(edge.source, rowOf, slugs), findNode(edge.target, rowOf, slugs)]
    if (source === -1 || target === -1) continue
    edges.add(edge.number, source, target)
    comingEdges.push(edge.number)
    yield
  }
  const { relation, weight } = lineage.edges.columns
  const isSame = edges.rows.size === 0 && rowOf.length === before.nodeBound
  const topology = isSame
    ? before.topology
    : yield* editRows(before.topology, rowOf.length, edges.rows, {
        isGone: (edge) => goneEdges.has(edge),
        moved: numberOf,
        relationOf: relation,
        weightOf: weight,
      })
  const after = new Snapshot(state, {
    lineage,
    rowOf,
    slugs,
    nodeCount: before.nodeCount - nodes.gone.size + nodes.added.length,
    sourceOf: edges.sourceOf.finish(),
    targetOf: edges.targetOf.finish(),
    edgeCount: before.edgeCount - goneEdges.size + comingEdges.length,
    topology,
  })
  yield* carryDerived(
    before,
    after,
    changeOf(before, { nodes, cameFrom: numbers.cameFrom, moved, edges, goneEdges, comingEdges }),
  )
  return after
}

function movedNodes(cameFrom: ReadonlyMap<number, number>): Map<number, number> {
  const moved = new Map<number, number>()
  for (const [to, from] of cameFrom) if (from !== -1) moved.set(from, to)
  return moved
}

/** A removed entity's edges arrive as changes of their own; until then they must be hidden. */
function* edgesThatGo(
  before: Snapshot,
  goneNodes: ReadonlySet<number>,
  changes: readonly EdgeChange[],
): Work<Set<number>> {
  const gone = new Set<number>()
  for (const { id } of changes) {
    const number = before.findEdgeById(id)
    if (number !== -1) gone.add(number)
    yield
  }
  for (const node of goneNodes) {
    eachEdgeAt(before, node, (edge) => gone.add(edge))
    yield
  }
  return gone
}

function eachEdgeAt(
  { topology }: Snapshot,
  node: number,
  visit: (edge: number, isIncoming: boolean) => void,
): void {
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  const incoming = chunk[incomingAt(node)]!
  for (let at = chunk[outgoingAt(node)]!; at < chunk[outgoingAt(node) + 2]!; at++)
    visit(chunk[at + shift]!, at >= incoming)
}

class EdgeEdit {
  readonly sourceOf: NumbersEdit
  readonly targetOf: NumbersEdit
  readonly rows = new Map<number, RowEdit>()
  readonly #before: Snapshot
  readonly #moved: ReadonlyMap<number, number>
  readonly #goneNodes: ReadonlySet<number>

  constructor(before: Snapshot, nodes: { moved: ReadonlyMap<number, number>; gone: ReadonlySet<number> }) {
    this.#before = before
    this.#moved = nodes.moved
    this.#goneNodes = nodes.gone
    this.sourceOf = before.sourceOf.edit()
    this.targetOf = before.targetOf.edit()
    const { rows } = before.lineage.edges
    this.sourceOf.grow(rows, nothing)
    this.targetOf.grow(rows, nothing)
  }

  place(node: number, from: number): void {
    this.rows.set(node, { from, outgoing: [], incoming: [] })
  }

  remove(edge: number): void {
    const { sourceOf, targetOf } = this.#before
    this.#touch(sourceOf.get(edge))
    this.#touch(targetOf.get(edge))
    this.sourceOf.set(edge, nothing)
    this.targetOf.set(edge, nothing)
  }

  add(edge: number, source: number, target: number): void {
    this.sourceOf.set(edge, source)
    this.targetOf.set(edge, target)
    this.#editOf(source).outgoing.push({ far: target, edge })
    this.#editOf(target).incoming.push({ far: source, edge })
  }

  renameEnds(from: number, to: number, goneEdges: ReadonlySet<number>): void {
    const { sourceOf, targetOf } = this.#before
    eachEdgeAt(this.#before, from, (edge, isIncoming) => {
      if (goneEdges.has(edge)) return
      if (isIncoming) {
        this.targetOf.set(edge, to)
        this.#touch(sourceOf.get(edge))
      } else {
        this.sourceOf.set(edge, to)
        this.#touch(targetOf.get(edge))
      }
    })
  }

  /** Marks a former number's row for rebuilding, unless its node is gone. */
  #touch(former: number): void {
    if (!this.#goneNodes.has(former)) this.#editOf(this.#moved.get(former) ?? former)
  }

  #editOf(node: number): RowEdit {
    let edit = this.rows.get(node)
    if (edit === undefined) this.rows.set(node, (edit = { from: node, outgoing: [], incoming: [] }))
    return edit
  }
}

interface Moves {
  readonly nodes: NodePlan
  readonly cameFrom: ReadonlyMap<number, number>
  readonly moved: ReadonlyMap<number, number>
  readonly edges: EdgeEdit
  readonly goneEdges: ReadonlySet<number>
  readonly comingEdges: readonly number[]
}

function changeOf(
  before: Snapshot,
  { nodes, cameFrom, moved, edges, goneEdges, comingEdges }: Moves,
): SnapshotChange {
  const stayed = [...nodes.replaced.keys()].filter((node) => !moved.has(node))
  const going = new Set([...nodes.gone, ...moved.keys(), ...stayed])
  const coming = new Set([...cameFrom.keys(), ...stayed])
  const touched = [...edges.rows]
    .filter(([node]) => !cameFrom.has(node) && !going.has(node))
    .map(([node]) => node)
  return {
    goingNodes: [...going],
    comingNodes: [...coming],
    touchedNodes: touched.filter((node) => node < before.nodeBound && before.hasNode(node)),
    goingEdges: [...goneEdges],
    comingEdges,
  }
}

function* makeRoom(before: Snapshot, added: readonly { readonly slug: string }[]): Work<Snapshot> {
  const places = yield* placesOf(before)
  const wanted: number[] = []
  for (const { slug } of added) {
    let node = lowerBound(slug, before.slugs)
    while (node < before.nodeBound && !before.hasNode(node)) node++
    if (node < before.nodeBound) wanted.push(places[node]!)
    yield
  }
  const after = yield* assembleSnapshot(before.state, yield* plainParts(before), wanted)
  const numberAt = new Uint32Array(before.nodeCount)
  let place = 0
  for (const node of nodesOf(after)) {
    numberAt[place++] = node
    if (place % 0x8000 === 0) yield
  }
  yield* renumberDerived(before, after, (node) => (before.hasNode(node) ? numberAt[places[node]!]! : -1))
  return after
}
