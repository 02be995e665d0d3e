import type { Topology } from '../topology/topology.ts'

/**
 * A small number on some of the nodes, all of which are forgotten at once: a mark counts if it is not below the base of
 * the walk that asks. So a walk of ten steps costs ten steps, however many nodes there are.
 */
export class NodeMarks {
  readonly values: Uint32Array
  #next = 1

  constructor(nodeCount: number) {
    this.values = new Uint32Array(nodeCount)
  }

  /**
   * Forgets all marks.
   *
   * @param span marks of the new walk are from the base to before base + span
   * @returns the base
   */
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

/** What walks write on; good until the next walk begins. Walks do not wait, so none meets another. */
export interface Scratch {
  readonly forth: NodeMarks
  readonly back: NodeMarks
  readonly kept: NodeMarks
  /** A bit by node, of which a walk leaves none: few enough bytes to stay near the processor. */
  readonly seen: Uint32Array
  /** A number by node, of which only those that the walk has written mean anything. */
  readonly places: Uint32Array
  /** One longer than there are nodes, so that the next place can be written before it is known to be needed. */
  readonly queue: Uint32Array
  readonly backQueue: Uint32Array
  readonly parents: Uint32Array
  /** Room for the steps from the node that has most. */
  readonly far: Uint32Array
  readonly edge: Uint32Array
}

let scratch: Scratch | undefined

/** The scratch of this thread, with room for a topology. Walks of all of them use it, since none begins within another. */
export function scratchOf({ nodeBound, longestRow }: Topology): Scratch {
  const isRoomy =
    scratch !== undefined && scratch.places.length >= nodeBound && scratch.far.length >= longestRow
  return isRoomy ? scratch! : (scratch = createScratch(nodeBound, longestRow))
}

/** With some room for a graph that grows: memory that nobody writes on is not taken from the machine. */
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
