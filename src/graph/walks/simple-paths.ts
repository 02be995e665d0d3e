import type { Topology } from '../topology/topology.ts'
import { carryOnByCost } from './carry-on-by-cost.ts'
import { carryOnByHops } from './carry-on-by-hops.ts'
import { createPathSearch, type PathSearch } from './path-search.ts'
import { tellPath, type PathRules, type WalkedPath } from './walked-path.ts'

export const maximumPaths = 200
/** The most nodes one search visits, which bounds its time. */
const maximumNodes = 250_000

interface Candidate extends WalkedPath {
  readonly leaves: number
}

/**
 * Simple paths between two nodes by ascending cost, ties by fewer edges, then node sequence. Paths differ by
 * their nodes. Yen's algorithm (J. Y. Yen, "Finding the k shortest loopless paths in a network", Management
 * Science 17, 1971) with Lawler's improvement (1972): a path branches only at or after its own branching
 * node.
 * @yields at most {@link maximumPaths}, each computed on demand
 * @returns whether there may be more
 */
export function* simplePaths(
  topology: Topology,
  from: number,
  to: number,
  rules: PathRules,
): Generator<WalkedPath, boolean> {
  const search = createPathSearch(topology, from, to, rules, maximumNodes)
  const found: WalkedPath[] = []
  const candidates: Candidate[] = []
  let best = from === to ? { nodes: [from], edges: [], cost: 0, leaves: 0 } : firstPath(search, from)
  while (best !== undefined && found.length < maximumPaths) {
    yield { nodes: best.nodes, edges: best.edges, cost: best.cost }
    found.push(best)
    for (let at = best.leaves; at < best.nodes.length - 1; at++) {
      const beside = pathBeside(search, best, at, found)
      if (beside !== null) candidates.push(beside)
    }
    // Unsearched paths may be better than those found.
    if (search.budget.nodes < 0) return true
    best = takeLeast(candidates)
  }
  return best !== undefined || search.budget.nodes < 0
}

function firstPath(search: PathSearch, from: number): Candidate | undefined {
  return carryOn(search, [from], new Set()) ?? undefined
}

/** The best path that shares the nodes up to a place and then differs from all found. */
function pathBeside(
  search: PathSearch,
  path: WalkedPath,
  at: number,
  found: readonly WalkedPath[],
): Candidate | null {
  const root = path.nodes.slice(0, at + 1)
  const sharing = found.filter(({ nodes }) => root.every((node, place) => nodes[place] === node))
  return carryOn(search, root, new Set(sharing.map(({ nodes }) => nodes[at + 1]!)))
}

function carryOn(search: PathSearch, nodes: number[], banned: ReadonlySet<number>): Candidate | null {
  const { steps, rules } = search
  const { cost } = tellPath(steps, nodes, rules.cost)
  const carry = rules.cost === 'HOPS' ? carryOnByHops : carryOnByCost
  const rest = carry(search, { nodes, cost, banned })
  return rest && { ...tellPath(steps, [...nodes, ...rest], rules.cost), leaves: nodes.length - 1 }
}

function takeLeast(candidates: Candidate[]): Candidate | undefined {
  let least = 0
  for (let at = 1; at < candidates.length; at++)
    if (comparePaths(candidates[at]!, candidates[least]!) < 0) least = at
  return candidates.splice(least, 1)[0]
}

export function comparePaths(left: WalkedPath, right: WalkedPath): number {
  const difference = left.cost - right.cost || left.nodes.length - right.nodes.length
  if (difference !== 0) return difference
  const at = left.nodes.findIndex((node, place) => node !== right.nodes[place])
  return at < 0 ? 0 : left.nodes[at]! - right.nodes[at]!
}
