import type { Items, Numbers } from './columns/chunks.ts'
import type { EdgeColumns } from './columns/edge-table.ts'
import type { EntityColumns } from './columns/entity-table.ts'
import type { Lineage, TagNames } from './lineage.ts'
import type { Vocabulary } from './columns/vocabulary.ts'
import type { TextHeap } from './columns/text-heap.ts'
import type { Topology } from './topology/topology.ts'

/** Which state of the graph a snapshot shows. */
export interface GraphState {
  /** Of `kb_graph_version`; moves with every committed change. */
  readonly version: number
  /** RFC 3339. */
  readonly changedAt: string
  /** The place in the feed of changes up to which it was moved on. */
  readonly position: number
  /** When that change was made, in RFC 3339; null where there was none. With the position it names a history. */
  readonly lastChangeAt: string | null
}

/** Stands for the row of a number that is no node's, and for the ends of an edge that is not there. */
export const nothing = 0xffff_ffff

/**
 * What a snapshot is assembled from. Nodes are numbers in the order of slugs, with numbers left free in between: so a node
 * that comes moves few others, and one that goes moves none.
 */
export interface SnapshotParts {
  readonly lineage: Lineage
  /** Row of each node; {@link nothing} where a number is free. */
  readonly rowOf: Numbers
  /** By node; at a free number any slug that keeps the order, but none of a node behind it. */
  readonly slugs: Items<string>
  readonly nodeCount: number
  /** Node at either end, by number of the edge; {@link nothing} where there is no such edge. */
  readonly sourceOf: Numbers
  readonly targetOf: Numbers
  readonly edgeCount: number
  readonly topology: Topology
}

/**
 * The published graph at one version, in memory: immutable, and good as long as somebody holds it. Columns are read through
 * the row of a node (`rowOf.get(node)`) or by the number of an edge.
 */
export class Snapshot {
  readonly state: GraphState
  readonly lineage: Lineage
  readonly heap: TextHeap
  readonly terms: Vocabulary
  readonly tagNames: TagNames
  readonly entities: EntityColumns
  /** See `tagStart`. */
  readonly tags: Uint32Array
  readonly edges: EdgeColumns
  readonly rowOf: Numbers
  readonly slugs: Items<string>
  readonly nodeCount: number
  /** All numbers of nodes are below it. */
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

  /** Bytes of memory, those of the lineage included. */
  get byteSize(): number {
    const { chunks } = this.topology
    const rows = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
    return this.lineage.byteSize + this.rowOf.byteSize + this.sourceOf.byteSize * 2 + rows
  }

  /** Whether a number is a node's. */
  hasNode(node: number): boolean {
    return this.rowOf.get(node) !== nothing
  }

  slugOf(node: number): string {
    return this.slugs.get(node)
  }

  /** The node of a slug, or -1. */
  find(slug: string): number {
    return findNode(slug, this.rowOf, this.slugs)
  }

  /** The node of an id, or -1. */
  findById(id: string): number {
    const row = this.lineage.entities.findById(id, (found) => this.#nodeOfRow(found) !== -1)
    return row === -1 ? -1 : this.#nodeOfRow(row)
  }

  #nodeOfRow(row: number): number {
    const node = this.find(this.lineage.entities.slugs[row]!)
    return node !== -1 && this.rowOf.get(node) === row ? node : -1
  }

  /** The number of the edge with an id, or -1. */
  findEdgeById(id: string): number {
    return this.lineage.edges.findById(id, (edge) => this.hasEdge(edge))
  }

  hasEdge(edge: number): boolean {
    return edge < this.sourceOf.length && this.sourceOf.get(edge) !== nothing
  }

  /** Rows of the lineage that this snapshot no longer shows. */
  get staleRows(): number {
    return this.lineage.entities.rows - this.nodeCount + (this.#edgeRows - this.edgeCount)
  }

  /** What is computed of a snapshot once, when it is first asked for. `compute` is also its name. */
  derive<Result>(compute: (snapshot: Snapshot) => Result): Result {
    if (!this.#derived.has(compute)) this.#derived.set(compute, compute(this))
    return this.#derived.get(compute) as Result
  }

  /** What was derived until now. */
  get derived(): ReadonlyMap<unknown, unknown> {
    return this.#derived
  }

  /** Makes known what something derived would be. */
  setDerived(compute: unknown, value: unknown): void {
    this.#derived.set(compute, value)
  }
}

/** Anything that has names, or numbers, in places. */
interface Places<Value> {
  readonly length: number
  get(index: number): Value
}

/** The first number whose slug is not less than the given one. */
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

/** The node of a slug, or -1. Of numbers with one slug the first is the node's, if there is one. */
export function findNode(slug: string, rowOf: Places<number>, slugs: Places<string>): number {
  const at = lowerBound(slug, slugs)
  return at < slugs.length && slugs.get(at) === slug && rowOf.get(at) !== nothing ? at : -1
}

/** All nodes, in order. */
export function* nodesOf(snapshot: Snapshot): Generator<number, void, void> {
  for (let node = 0; node < snapshot.nodeBound; node++) if (snapshot.hasNode(node)) yield node
}

/** All edges, by number. */
export function* edgesOf({ sourceOf }: Snapshot): Generator<number, void, void> {
  for (let edge = 0; edge < sourceOf.length; edge++) if (sourceOf.get(edge) !== nothing) yield edge
}
