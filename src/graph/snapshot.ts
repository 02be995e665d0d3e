import type { EdgeColumns } from './edge-table.ts'
import type { EntityColumns } from './entity-table.ts'
import type { Lineage, TagNames } from './lineage.ts'
import type { Terms } from './terms.ts'
import type { TextHeap } from './text-heap.ts'
import { sortIntoRows, type Topology } from './topology.ts'

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

/** What a snapshot is assembled from. Nodes are numbers in the order of slugs. */
export interface SnapshotParts {
  readonly lineage: Lineage
  /** Row of each node. */
  readonly rowOf: Uint32Array
  /** Numbers of the edges that are there. */
  readonly edgeNumbers: Uint32Array
  /** Node at either end, by number of the edge. */
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  /** What is known already: where the edges are, and the slug of each node. */
  readonly topology?: Topology
  readonly slugs?: readonly string[]
}

/**
 * The published graph at one version, in memory: immutable, and good as long as somebody holds it. Columns are read through
 * the row of a node (`rowOf[node]`) or by the number of an edge.
 */
export class Snapshot {
  readonly state: GraphState
  readonly lineage: Lineage
  readonly heap: TextHeap
  readonly terms: Terms
  readonly tagNames: TagNames
  readonly entities: EntityColumns
  /** See `tagStart`. */
  readonly tags: Uint32Array
  readonly edges: EdgeColumns
  readonly rowOf: Uint32Array
  readonly nodeCount: number
  readonly edgeNumbers: Uint32Array
  readonly edgeCount: number
  readonly sourceOf: Uint32Array
  readonly targetOf: Uint32Array
  readonly topology: Topology
  /** By node. What was added to the table since may lie behind them. */
  readonly slugs: readonly string[]
  readonly #edgeRows: number
  readonly #derived = new Map<unknown, unknown>()

  constructor(state: GraphState, parts: SnapshotParts) {
    const { lineage, rowOf, edgeNumbers, sourceOf, targetOf } = parts
    this.state = state
    this.lineage = lineage
    this.heap = lineage.heap
    this.terms = lineage.terms
    this.tagNames = lineage.tags
    this.entities = lineage.entities.columns
    this.tags = lineage.entities.tags
    this.slugs = parts.slugs ?? slugsByNode(rowOf, lineage.entities.slugs)
    this.edges = lineage.edges.columns
    this.#edgeRows = lineage.edges.rows
    this.rowOf = rowOf
    this.nodeCount = rowOf.length
    this.edgeNumbers = edgeNumbers
    this.edgeCount = edgeNumbers.length
    this.sourceOf = sourceOf
    this.targetOf = targetOf
    this.topology = parts.topology ?? this.#createTopology()
  }

  #createTopology(): Topology {
    const { relation: relationOf, weight: weightOf } = this.edges
    const { isSymmetric } = this.terms
    const rows = (near: Uint32Array, far: Uint32Array) =>
      sortIntoRows(this.nodeCount, isSymmetric.length, this.edgeNumbers, { near, far, relationOf })
    return {
      nodeCount: this.nodeCount,
      outgoing: rows(this.sourceOf, this.targetOf),
      incoming: rows(this.targetOf, this.sourceOf),
      relationOf,
      weightOf,
      isSymmetric,
    }
  }

  /** Bytes of memory, those of the lineage included. */
  get byteSize(): number {
    const { outgoing, incoming } = this.topology
    const halves = [outgoing, incoming].reduce(
      (sum, { start, far, edge }) => sum + start.byteLength + far.byteLength + edge.byteLength,
      0,
    )
    const own = this.rowOf.byteLength + this.edgeNumbers.byteLength + this.sourceOf.byteLength * 2
    return this.lineage.byteSize + own + halves
  }

  slugOf(node: number): string {
    return this.slugs[node]!
  }

  /** The node of a slug, or -1. */
  find(slug: string): number {
    const at = this.lowerBound(slug)
    return at < this.nodeCount && this.slugOf(at) === slug ? at : -1
  }

  /** The first node whose slug is not less than the given one. */
  lowerBound(slug: string): number {
    const { slugs } = this
    let low = 0
    let high = this.nodeCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (slugs[middle]! < slug) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The node of an id, or -1. */
  findById(id: string): number {
    const row = this.lineage.entities.findById(id, (found) => this.#nodeOfRow(found) !== -1)
    return row === -1 ? -1 : this.#nodeOfRow(row)
  }

  #nodeOfRow(row: number): number {
    const node = this.find(this.lineage.entities.slugs[row]!)
    return node !== -1 && this.rowOf[node] === row ? node : -1
  }

  /** The number of the edge with an id, or -1. */
  findEdgeById(id: string): number {
    return this.lineage.edges.findById(id, (edge) => this.#hasEdge(edge))
  }

  #hasEdge(edge: number): boolean {
    if (edge >= this.#edgeRows) return false
    const source = this.sourceOf[edge]!
    if (source >= this.nodeCount) return false
    const { start, edge: edges } = this.topology.outgoing
    for (let at = start[source]!; at < start[source + 1]!; at++) if (edges[at] === edge) return true
    return false
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
}

/** Reading a slug should not cost a look into the table; a graph that was just loaded has its rows in the order of nodes. */
function slugsByNode(rowOf: Uint32Array, slugOfRow: readonly string[]): readonly string[] {
  if (rowOf.every((row, node) => row === node)) return slugOfRow
  const slugs = new Array<string>(rowOf.length)
  for (let node = 0; node < rowOf.length; node++) slugs[node] = slugOfRow[rowOf[node]!]!
  return slugs
}
