import type { HalfEdges } from '../topology.ts'
import { stepCost, type PathCost } from './step-cost.ts'
import type { Steps, WalkRules } from './steps.ts'

/** What paths are looked for. */
export interface PathRules extends WalkRules {
  /** Which nodes a path may pass through, its two ends aside; null for all. */
  readonly through: ((node: number) => boolean) | null
  /** Most edges that a path has. */
  readonly maxLength: number
  readonly cost: PathCost
}

/** A way from node to node. */
export interface WalkedPath {
  readonly nodes: readonly number[]
  /** One less than nodes. */
  readonly edges: readonly number[]
  /** Summed from the start, so that the sum is the same wherever it is made. */
  readonly cost: number
}

/**
 * A path by its nodes: of parallel edges the cheapest is taken, then that of the least relation, then the one along
 * before the one against.
 */
export function tellPath(steps: Steps, nodes: readonly number[], cost: PathCost): WalkedPath {
  const edges: number[] = []
  let sum = 0
  for (let at = 1; at < nodes.length; at++) {
    const step = bestStep(steps, nodes[at - 1]!, nodes[at]!, cost)
    edges.push(step.edge)
    sum += step.cost
  }
  return { nodes, edges, cost: sum }
}

function bestStep({ topology, along, against }: Steps, from: number, to: number, cost: PathCost) {
  const { outgoing, incoming, relationOf, weightOf } = topology
  let best = { edge: -1, relation: Infinity, cost: Infinity }
  const look = (half: HalfEdges, flags: Uint8Array) => {
    for (let at = half.start[from]!; at < half.start[from + 1]!; at++) {
      if (half.far[at] !== to) continue
      const edge = half.edge[at]!
      const relation = relationOf[edge]!
      if (flags[relation] !== 1) continue
      const price = stepCost(cost, weightOf[edge]!)
      if (price < best.cost || (price === best.cost && relation < best.relation))
        best = { edge, relation, cost: price }
    }
  }
  look(outgoing, along)
  look(incoming, against)
  return best
}
