import { chunkOf, countEntries, incomingAt, outgoingAt, type Topology } from '../topology/topology.ts'
import { createSteps, stepsInto } from '../walks/steps.ts'
import { scratchOf } from '../walks/scratch.ts'

const damping = 0.85
const tolerance = { exact: 1e-10, approximate: 1e-6 }
const maximumRounds = 100

/**
 * PageRank (Brin and Page, 1998) along edges, symmetric ones both ways, parallel ones separately. Dead ends
 * link to every node. Ranks sum to 1; stops once they change by less than 1e-10 in total (1e-6 if
 * approximate), or after 100 rounds.
 */
export function pageRank(topology: Topology, isApproximate: boolean): Float64Array {
  const enough = isApproximate ? tolerance.approximate : tolerance.exact
  const { nodeBound: nodeCount } = topology
  const { start, far } = linksOf(topology)
  let ranks = new Float64Array(nodeCount).fill(1 / nodeCount)
  let next = new Float64Array(nodeCount)
  for (let round = 0; round < maximumRounds; round++) {
    next.fill(0)
    let stranded = 0
    for (let node = 0; node < nodeCount; node++) {
      const [from, to] = [start[node]!, start[node + 1]!]
      if (from === to) stranded += ranks[node]!
      const share = ranks[node]! / (to - from)
      for (let at = from; at < to; at++) next[far[at]!]! += share
    }
    const everywhere = (1 - damping + damping * stranded) / nodeCount
    let moved = 0
    for (let node = 0; node < nodeCount; node++) {
      next[node] = damping * next[node]! + everywhere
      moved += Math.abs(next[node]! - ranks[node]!)
    }
    ;[ranks, next] = [next, ranks]
    if (moved < enough) break
  }
  return ranks
}

function linksOf(topology: Topology): { start: Uint32Array; far: Uint32Array } {
  const { nodeBound: nodeCount } = topology
  const steps = createSteps(topology, { direction: 'OUT', relations: null })
  const scratch = scratchOf(topology)
  const start = new Uint32Array(nodeCount + 1)
  const far = new Uint32Array(countEntries(topology))
  let count = 0
  for (let node = 0; node < nodeCount; node++) {
    const found = stepsInto(steps, node, scratch.far, scratch.edge)
    const chunk = chunkOf(topology, node)
    const own = chunk[incomingAt(node)]! - chunk[outgoingAt(node)]!
    for (let at = 0; at < found; at++)
      if (at < own || scratch.far[at] !== node) far[count++] = scratch.far[at]!
    start[node + 1] = count
  }
  return { start, far }
}
