import type { Undirected } from './undirected.ts'

/** A graph whose nodes stand for groups of nodes. */
interface Weighted {
  readonly nodeCount: number
  readonly start: Uint32Array
  readonly far: Uint32Array
  readonly ties: Float64Array
  /** Twice the ties inside each node. */
  readonly inside: Float64Array
}

const maximumRounds = 100

/**
 * Communities by modularity, direction ignored, parallel edges counting each: the method of Louvain (Blondel, Guillaume,
 * Lambiotte and Lefebvre, 2008). Nodes are moved in order and ties stay, or go to the least number, so that the same
 * graph has the same communities; they are numbered from 0 in the order of their least slugs.
 */
export function communities(graph: Undirected): Uint32Array {
  let level: Weighted = {
    ...graph,
    ties: Float64Array.from(graph.ties),
    inside: new Float64Array(graph.nodeCount),
  }
  const belongs = Uint32Array.from({ length: graph.nodeCount }, (_, node) => node)
  for (;;) {
    const groups = moveNodes(level)
    const count = renumber(groups)
    for (let node = 0; node < belongs.length; node++) belongs[node] = groups[belongs[node]!]!
    if (count === level.nodeCount) break
    level = gather(level, groups, count)
  }
  renumber(belongs)
  return belongs
}

/** The group of each node once no move of a single one is worth it. */
function moveNodes({ nodeCount, start, far, ties, inside }: Weighted): Uint32Array {
  const group = Uint32Array.from({ length: nodeCount }, (_, node) => node)
  const strength = inside.slice()
  for (let node = 0; node < nodeCount; node++)
    for (let row = start[node]!; row < start[node + 1]!; row++) strength[node]! += ties[row]!
  const total = strength.slice()
  const all = strength.reduce((sum, value) => sum + value, 0)
  /** Ties from the node that is looked at to each group that it touches. */
  const toGroup = new Float64Array(nodeCount)
  let moved = all > 0
  for (let round = 0; moved && round < maximumRounds; round++) {
    moved = false
    for (let node = 0; node < nodeCount; node++) {
      const own = group[node]!
      const near = [own]
      toGroup[own] = 0
      for (let row = start[node]!; row < start[node + 1]!; row++) {
        const other = group[far[row]!]!
        if (toGroup[other] === 0 && other !== own) near.push(other)
        toGroup[other]! += ties[row]!
      }
      total[own]! -= strength[node]!
      const gain = (to: number) => toGroup[to]! - (total[to]! * strength[node]!) / all
      let [best, most] = [own, gain(own)]
      for (const to of near) {
        const value = gain(to)
        if (value > most || (value === most && best !== own && to < best)) [best, most] = [to, value]
      }
      total[best]! += strength[node]!
      group[node] = best
      moved ||= best !== own
      for (const to of near) toGroup[to] = 0
    }
  }
  return group
}

/** Numbers groups from 0 in the order of their first nodes, in place. */
function renumber(groups: Uint32Array): number {
  const numbers = new Map<number, number>()
  for (let node = 0; node < groups.length; node++) {
    const old = groups[node]!
    const known = numbers.get(old)
    if (known === undefined) numbers.set(old, numbers.size)
    groups[node] = known ?? numbers.size - 1
  }
  return numbers.size
}

/** The graph of the groups. */
function gather(level: Weighted, groups: Uint32Array, count: number): Weighted {
  const rows = Array.from({ length: count }, () => new Map<number, number>())
  const inside = new Float64Array(count)
  for (let node = 0; node < level.nodeCount; node++) {
    const own = groups[node]!
    inside[own]! += level.inside[node]!
    for (let row = level.start[node]!; row < level.start[node + 1]!; row++) {
      const other = groups[level.far[row]!]!
      if (other === own) inside[own]! += level.ties[row]!
      else rows[own]!.set(other, (rows[own]!.get(other) ?? 0) + level.ties[row]!)
    }
  }
  const start = new Uint32Array(count + 1)
  rows.forEach((row, node) => (start[node + 1] = start[node]! + row.size))
  const entries = rows.flatMap((row) => [...row].sort(([left], [right]) => left - right))
  return {
    nodeCount: count,
    start,
    far: Uint32Array.from(entries, ([other]) => other),
    ties: Float64Array.from(entries, ([, weight]) => weight),
    inside,
  }
}
