import { chunkOf, edgeShift, incomingAt, outgoingAt } from '../topology/topology.ts'
import { stepCost, type PathCost } from './step-cost.ts'
import type { Steps, WalkRules } from './steps.ts'

export interface PathRules extends WalkRules {
  /** Which nodes a path may pass through, except its ends; null for all. */
  readonly through: ((node: number) => boolean) | null
  readonly maxLength: number
  readonly cost: PathCost
}

export interface WalkedPath {
  readonly nodes: readonly number[]
  readonly edges: readonly number[]
  /** Summed from the start, so that rounding is always the same. */
  readonly cost: number
}

/**
 * A path from its nodes: of parallel edges the cheapest, then the least relation, then along before against.
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
  const { relationOf, weightOf } = topology
  const chunk = chunkOf(topology, from)
  const shift = edgeShift(chunk)
  let best = { edge: -1, relation: Infinity, cost: Infinity }
  const look = (half: number, flags: Uint8Array) => {
    for (let at = chunk[half]!; at < chunk[half + 1]!; at++) {
      if (chunk[at] !== to) continue
      const edge = chunk[at + shift]!
      const relation = relationOf[edge]!
      if (flags[relation] !== 1) continue
      const price = stepCost(cost, weightOf[edge]!)
      if (price < best.cost || (price === best.cost && relation < best.relation))
        best = { edge, relation, cost: price }
    }
  }
  look(outgoingAt(from), along)
  look(incomingAt(from), against)
  return best
}
