import type { Topology } from '../topology/topology.ts'
import { hopsLeft } from './hops-left.ts'
import { createSteps, type Steps } from './steps.ts'
import type { PathRules } from './walked-path.ts'

/** What all searches for one pair of ends share. */
export interface PathSearch {
  readonly topology: Topology
  readonly steps: Steps
  readonly rules: PathRules
  readonly to: number
  /** See {@link hopsLeft}. */
  readonly left: Uint8Array
  /** Nodes that may still be looked at, over all searches; the same count wherever the search is made. */
  readonly budget: { nodes: number }
}

/** A path so far, to be carried on from its last node. */
export interface Root {
  readonly nodes: readonly number[]
  /** Summed from the start. */
  readonly cost: number
  /** Nodes that may not come next. */
  readonly banned: ReadonlySet<number>
}

export function createPathSearch(
  topology: Topology,
  from: number,
  to: number,
  rules: PathRules,
  nodes: number,
): PathSearch {
  const steps = createSteps(topology, rules)
  return { topology, steps, rules, to, left: hopsLeft(steps, from, to, rules), budget: { nodes } }
}
