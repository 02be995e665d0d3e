import type { Topology } from '../topology/topology.ts'
import { carryOnByCost } from './carry-on-by-cost.ts'
import { fewestHops } from './fewest-hops.ts'
import { createPathSearch } from './path-search.ts'
import { createSteps } from './steps.ts'
import { tellPath, type PathRules, type WalkedPath } from './walked-path.ts'

/**
 * The best path between two nodes: least cost, then fewest edges, then least node sequence. From a node to
 * itself it has no edges. Ties are compared over all prefixes: where sums of doubles round to equal values,
 * the cheaper prefix wins.
 * @returns null where there is no path of at most `maxLength` edges
 * @example shortestPath(topology, 3, 8, { direction: 'ANY', relations: null, through: null, maxLength: 6,
 * cost: 'HOPS' })
 */
export function shortestPath(
  topology: Topology,
  from: number,
  to: number,
  rules: PathRules,
): WalkedPath | null {
  const nodes =
    rules.cost === 'HOPS' ? fewestHops(topology, from, to, rules) : cheapest(topology, from, to, rules)
  return nodes && tellPath(createSteps(topology, rules), nodes, rules.cost)
}

function cheapest(topology: Topology, from: number, to: number, rules: PathRules): number[] | null {
  if (from === to) return [from]
  const search = createPathSearch(topology, from, to, rules, Infinity)
  const rest = carryOnByCost(search, { nodes: [from], cost: 0, banned: new Set() })
  return rest && [from, ...rest]
}
