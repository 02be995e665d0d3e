import { countEntries, type Topology } from '../topology/topology.ts'
import { createSteps, neighborsInto } from '../walks/steps.ts'
import { scratchOf } from '../walks/scratch.ts'

/** Without parallel edges or self-loops: compressed sparse rows, each neighbor in both rows. */
export interface Undirected {
  readonly nodeCount: number
  readonly start: Uint32Array
  readonly far: Uint32Array
  readonly ties: Uint32Array
}

export function toUndirected(topology: Topology): Undirected {
  const { nodeBound: nodeCount } = topology
  const steps = createSteps(topology, { direction: 'ANY', relations: null })
  const { far } = scratchOf(topology)
  const most = countEntries(topology)
  const start = new Uint32Array(nodeCount + 1)
  const [neighbors, ties] = [new Uint32Array(most), new Uint32Array(most)]
  let count = 0
  for (let node = 0; node < nodeCount; node++) {
    const found = far.subarray(0, neighborsInto(steps, node, far)).sort()
    const first = count
    for (const near of found) {
      if (near === node) continue
      if (count === first || neighbors[count - 1] !== near) neighbors[count++] = near
      ties[count - 1]!++
    }
    start[node + 1] = count
  }
  return { nodeCount, start, far: neighbors.slice(0, count), ties: ties.slice(0, count) }
}
