import type { Topology } from '../topology/topology.ts'

/** Node marks that are cleared at once: only marks not below the current walk's base count. */
export class NodeMarks {
  readonly values: Uint32Array
  #next = 1

  constructor(nodeCount: number) {
    this.values = new Uint32Array(nodeCount)
  }

  /** Clears all marks. The new walk's marks are from the returned base to before base + `span`. */
  begin(span: number): number {
    if (this.#next + span > 0xffff_ffff) {
      this.values.fill(0)
      this.#next = 1
    }
    const base = this.#next
    this.#next += span
    return base
  }
}

/** Working memory of walks, valid until the next one starts. Walks are synchronous, so they never overlap. */
export interface Scratch {
  readonly forth: NodeMarks
  readonly back: NodeMarks
  readonly kept: NodeMarks
  /** One bit per node, all cleared after each walk; small enough for the processor's cache. */
  readonly seen: Uint32Array
  /** A number per node; only those written by the current walk are valid. */
  readonly places: Uint32Array
  /** One longer than there are nodes, so that the next place can be written before it is needed. */
  readonly queue: Uint32Array
  readonly backQueue: Uint32Array
  readonly parents: Uint32Array
  readonly far: Uint32Array
  readonly edge: Uint32Array
}

let scratch: Scratch | undefined

/** This thread's scratch, large enough for a topology; shared, since walks never nest. */
export function scratchOf({ nodeBound, longestRow }: Topology): Scratch {
  const isRoomy =
    scratch !== undefined && scratch.places.length >= nodeBound && scratch.far.length >= longestRow
  return isRoomy ? scratch! : (scratch = createScratch(nodeBound, longestRow))
}

/** With spare room; unwritten memory costs nothing. */
function createScratch(nodeBound: number, longestRow: number): Scratch {
  const nodes = Math.ceil(nodeBound * 1.25) + 64
  const entries = longestRow * 2 + 64
  const numbers = () => new Uint32Array(nodes)
  return {
    forth: new NodeMarks(nodes),
    back: new NodeMarks(nodes),
    kept: new NodeMarks(nodes),
    seen: new Uint32Array((nodes >>> 5) + 1),
    places: numbers(),
    queue: new Uint32Array(nodes + 1),
    backQueue: numbers(),
    parents: numbers(),
    far: new Uint32Array(entries),
    edge: new Uint32Array(entries),
  }
}
