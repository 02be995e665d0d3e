import { chunkOf, edgeShift, incomingAt, outgoingAt, type Topology } from '../topology/topology.ts'
import { createSteps, neighborsInto, type Steps, type WalkRules } from './steps.ts'
import { scratchOf } from './scratch.ts'

export interface SubgraphRules extends WalkRules {
  readonly depth: number
  /** Which nodes may be entered; null for all. Seeds are always included. */
  readonly where: ((node: number) => boolean) | null
  /** WALKED: edges that the walk used, in either direction; INDUCED: all edges between the found nodes. */
  readonly include: 'WALKED' | 'INDUCED'
  readonly maxEntities: number
  readonly maxEdges: number
}

export interface FoundSubgraph {
  readonly nodes: Uint32Array
  readonly edges: Uint32Array
  readonly truncated: boolean
}

/**
 * The subgraph within some steps of the seeds, breadth-first; a level that does not fit contributes its first
 * nodes. Without seeds, every node under `where` is one.
 * @param seeds node numbers, or null for all
 */
export function findSubgraph(
  topology: Topology,
  seeds: Iterable<number> | null,
  rules: SubgraphRules,
): FoundSubgraph {
  const steps = createSteps(topology, rules)
  const { forth } = scratchOf(topology)
  const base = forth.begin(rules.depth + 1)
  const walked = visit(steps, seeds, rules, base)
  const depthOf = (node: number) => forth.values[node]! - base
  const isFound = (node: number) => forth.values[node]! >= base
  const isWalked = (source: number, target: number, relation: number) =>
    (steps.along[relation] === 1 && depthOf(source) < rules.depth) ||
    (steps.against[relation] === 1 && depthOf(target) < rules.depth)

  const { relationOf } = topology
  const nodes = walked.nodes.sort()
  const edges: number[] = []
  for (const node of nodes) {
    const chunk = chunkOf(topology, node)
    const shift = edgeShift(chunk)
    for (let at = chunk[outgoingAt(node)]!; at < chunk[incomingAt(node)]!; at++) {
      const [edge, far] = [chunk[at + shift]!, chunk[at]!]
      const relation = relationOf[edge]!
      if (!isFound(far) || (rules.relations !== null && !rules.relations.has(relation))) continue
      if (rules.include === 'INDUCED' || isWalked(node, far, relation)) edges.push(edge)
    }
  }
  // They are ordered by source, relation, target; a stable sort by relation keeps source and target in order.
  edges.sort((left, right) => relationOf[left]! - relationOf[right]!)
  return {
    nodes,
    edges: Uint32Array.from(edges.slice(0, rules.maxEdges)),
    truncated: walked.truncated || edges.length > rules.maxEdges,
  }
}

function visit(
  { topology, ...rest }: Steps,
  seeds: Iterable<number> | null,
  { depth: maxDepth, where, maxEntities }: SubgraphRules,
  base: number,
): { nodes: Uint32Array; truncated: boolean } {
  const steps = { topology, ...rest }
  const { forth, queue, far } = scratchOf(topology)
  const { values } = forth
  let count = 0
  const enter = (node: number, depth: number) => {
    values[node] = base + depth
    queue[count++] = node
  }
  if (seeds === null) {
    for (let node = 0; node < topology.nodeBound && count <= maxEntities; node++)
      if (where === null || where(node)) enter(node, 0)
  } else for (const node of seeds) if (values[node]! < base) enter(node, 0)
  queue.subarray(0, count).sort()

  let start = 0
  for (let depth = 1; depth <= maxDepth && count <= maxEntities && start < count; depth++) {
    const levelEnd = count
    for (; start < levelEnd; start++) {
      const found = neighborsInto(steps, queue[start]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        if (values[node]! < base && (where === null || where(node))) enter(node, depth)
      }
    }
    queue.subarray(levelEnd, count).sort()
  }
  for (let at = maxEntities; at < count; at++) values[queue[at]!] = 0
  return { nodes: queue.slice(0, Math.min(count, maxEntities)), truncated: count > maxEntities }
}
