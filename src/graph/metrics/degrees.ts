import type { TraversalDirection } from '../../domain/graph/filter.ts'
import type { Topology } from '../topology/topology.ts'
import { countSteps, createSteps } from '../walks/steps.ts'

/** Edges per node, as `Entity.degree` counts them: symmetric ones in either direction, self-loops once. */
export function degrees(topology: Topology, direction: TraversalDirection): Uint32Array {
  const steps = createSteps(topology, { direction, relations: null })
  const counts = new Uint32Array(topology.nodeBound)
  for (let node = 0; node < counts.length; node++) counts[node] = countSteps(steps, node)
  return counts
}
