import type { Topology } from '../topology/topology.ts'
import { hopsLeft } from './hops-left.ts'
import { createSteps, type Steps } from './steps.ts'
import type { PathRules } from './walked-path.ts'

export interface PathSearch {
  readonly topology: Topology
  readonly steps: Steps
  readonly rules: PathRules
  readonly to: number
  readonly left: Uint8Array
  /** Nodes that may still be visited, over all searches; machine-independent. */
  readonly budget: { nodes: number }
}

export interface Root {
  readonly nodes: readonly number[]
  readonly cost: number
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
