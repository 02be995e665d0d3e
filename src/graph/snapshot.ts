import type { Items, Numbers } from './columns/chunks.ts'
import type { EdgeColumns } from './columns/edge-table.ts'
import type { EntityColumns } from './columns/entity-table.ts'
import type { Lineage, TagNames } from './lineage.ts'
import type { Vocabulary } from './columns/vocabulary.ts'
import type { TextHeap } from './columns/text-heap.ts'
import type { Topology } from './topology/topology.ts'

export interface GraphState {
  /** Of `kb_graph_version`; increases with every committed change. */
  readonly version: number
  readonly changedAt: string
  /** Position in the change feed up to which the snapshot is current. */
  readonly position: number
  /** RFC 3339; null for none. Together with the position it identifies a history. */
  readonly lastChangeAt: string | null
}

/** Marks an unused node number's row, and the ends of a missing edge. */
export const nothing = 0xffff_ffff

/** Nodes are numbered in slug order with gaps, so that adding one moves few others. */
export interface SnapshotParts {
  readonly lineage: Lineage
  /** Row by node; {@link nothing} where a number is free. */
  readonly rowOf: Numbers
  /** By node; a free number has any slug that keeps the order, but not a later node's. */
  readonly slugs: Items<string>
  readonly nodeCount: number
  /** The nodes at either end, by edge number; {@link nothing} where there is no such edge. */
  readonly sourceOf: Numbers
  readonly targetOf: Numbers
  readonly edgeCount: number
  readonly topology: Topology
}

/** The published graph at one version: immutable. Columns are read by row (`rowOf.get(node)`) or edge. */
export class Snapshot {
  readonly state: GraphState
  readonly lineage: Lineage
  readonly heap: TextHeap
  readonly terms: Vocabulary
  readonly tagNames: TagNames
  readonly entities: EntityColumns
  readonly tags: Uint32Array
  readonly edges: EdgeColumns
  readonly rowOf: Numbers
  readonly slugs: Items<string>
  readonly nodeCount: number
  readonly nodeBound: number
  readonly edgeCount: number
  readonly sourceOf: Numbers
  readonly targetOf: Numbers
  readonly topology: Topology
  readonly #edgeRows: number
  readonly #derived = new Map<unknown, unknown>()

  constructor(state: GraphState, parts: SnapshotParts) {
    const { lineage } = parts
    this.state = state
    this.lineage = lineage
    this.heap = lineage.heap
    this.terms = lineage.terms
    this.tagNames = lineage.tags
    this.entities = lineage.entities.columns
    this.tags = lineage.entities.tags
    this.edges = lineage.edges.columns
    this.#edgeRows = lineage.edges.rows
    this.rowOf = parts.rowOf
    this.slugs = parts.slugs
    this.nodeCount = parts.nodeCount
    this.nodeBound = parts.rowOf.length
    this.edgeCount = parts.edgeCount
    this.sourceOf = parts.sourceOf
    this.targetOf = parts.targetOf
    this.topology = parts.topology
  }

  /** In bytes, including the lineage. */
  get byteSize(): number {
    const { chunks } = this.topology
    const rows = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return this.lineage.byteSize + this.rowOf.byteSize + this.sourceOf.byteSize * 2 + rows
  }

  hasNode(node: number): boolean {
    return this.rowOf.get(node) !== nothing
  }

  slugOf(node: number): string {
    return this.slugs.get(node)
  }

  find(slug: string): number {
    return findNode(slug, this.rowOf, this.slugs)
  }

  findById(id: string): number {
    const row = this.lineage.entities.findById(id, (found) => this.#nodeOfRow(found) !== -1)
    return row === -1 ? -1 : this.#nodeOfRow(row)
  }

  #nodeOfRow(row: number): number {
    const node = this.find(this.lineage.entities.slugs[row]!)
    return node !== -1 && this.rowOf.get(node) === row ? node : -1
  }

  findEdgeById(id: string): number {
    return this.lineage.edges.findById(id, (edge) => this.hasEdge(edge))
  }

  hasEdge(edge: number): boolean {
    return edge < this.sourceOf.length && this.sourceOf.get(edge) !== nothing
  }

  /** Lineage rows that this snapshot no longer shows. */
  get staleRows(): number {
    return this.lineage.entities.rows - this.nodeCount + (this.#edgeRows - this.edgeCount)
  }

  /** A value computed from the snapshot on first use; `compute` is its cache key. */
  derive<Result>(compute: (snapshot: Snapshot) => Result): Result {
    if (!this.#derived.has(compute)) this.#derived.set(compute, compute(this))
    return this.#derived.get(compute) as Result
  }

  get derived(): ReadonlyMap<unknown, unknown> {
    return this.#derived
  }

  setDerived(compute: unknown, value: unknown): void {
    this.#derived.set(compute, value)
  }
}

interface Places<Value> {
  readonly length: number
  get(index: number): Value
}

/** The first number whose slug is not less. */
export function lowerBound(slug: string, slugs: Places<string>): number {
  let low = 0
  let high = slugs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (slugs.get(middle) < slug) low = middle + 1
    else high = middle
  }
  return low
}

/** The node of a slug, or -1. Among equal slugs only the first number can be a node. */
export function findNode(slug: string, rowOf: Places<number>, slugs: Places<string>): number {
  const at = lowerBound(slug, slugs)
  return at < slugs.length && slugs.get(at) === slug && rowOf.get(at) !== nothing ? at : -1
}

export function* nodesOf(snapshot: Snapshot): Generator<number, void, void> {
  for (let node = 0; node < snapshot.nodeBound; node++) if (snapshot.hasNode(node)) yield node
}

export function* edgesOf({ sourceOf }: Snapshot): Generator<number, void, void> {
  for (let edge = 0; edge < sourceOf.length; edge++) if (sourceOf.get(edge) !== nothing) yield edge
}
