import type { Undirected } from './undirected.ts'

interface Weighted {
  readonly nodeCount: number
  readonly start: Uint32Array
  readonly far: Uint32Array
  readonly ties: Float64Array
  readonly inside: Float64Array
}

/** A level ends once at most this share of nodes moved in a round, or after this many rounds. */
const patience = { exact: { moves: 0, rounds: 100 }, approximate: { moves: 0.01, rounds: 10 } }

/**
 * Communities by modularity, undirected, counting parallel edges: the Louvain method (Blondel, Guillaume,
 * Lambiotte and Lefebvre, 2008). Deterministic: nodes move in order, and ties stay or go to the lowest
 * number. Numbered from 0 by their first slug.
 * @param isApproximate ends a level once less than 1 % of nodes move, or after 10 rounds
 */
export function communities(graph: Undirected, isApproximate: boolean): Uint32Array {
  let level: Weighted = {
    ...graph,
    ties: Float64Array.from(graph.ties),
    inside: new Float64Array(graph.nodeCount),
  }
  const belongs = Uint32Array.from({ length: graph.nodeCount }, (_, node) => node)
  for (;;) {
    const groups = moveNodes(level, isApproximate ? patience.approximate : patience.exact)
    const count = renumber(groups)
    for (let node = 0; node < belongs.length; node++) belongs[node] = groups[belongs[node]!]!
    if (count === level.nodeCount) break
    level = gather(level, groups, count)
  }
  renumber(belongs)
  return belongs
}

/** Each node's group once (almost) no single move improves the result. */
function moveNodes(
  { nodeCount, start, far, ties, inside }: Weighted,
  until: { readonly moves: number; readonly rounds: number },
): Uint32Array {
  const group = Uint32Array.from({ length: nodeCount }, (_, node) => node)
  const strength = inside.slice()
  for (let node = 0; node < nodeCount; node++)
    for (let row = start[node]!; row < start[node + 1]!; row++) strength[node]! += ties[row]!
  const total = strength.slice()
  const all = strength.reduce((sum, value) => sum + value, 0)
  if (all === 0) return group
  const toGroup = new Float64Array(nodeCount)
  const near = new Uint32Array(nodeCount)
  for (let round = 0; round < until.rounds; round++) {
    let moves = 0
    for (let node = 0; node < nodeCount; node++) {
      const own = group[node]!
      let count = 0
      near[count++] = own
      for (let row = start[node]!; row < start[node + 1]!; row++) {
        const other = group[far[row]!]!
        if (toGroup[other] === 0 && other !== own) near[count++] = other
        toGroup[other]! += ties[row]!
      }
      total[own]! -= strength[node]!
      let best = own
      let most = toGroup[own]! - (total[own]! * strength[node]!) / all
      for (let at = 1; at < count; at++) {
        const to = near[at]!
        const gain = toGroup[to]! - (total[to]! * strength[node]!) / all
        if (gain > most || (gain === most && best !== own && to < best)) [best, most] = [to, gain]
      }
      total[best]! += strength[node]!
      group[node] = best
      if (best !== own) moves++
      for (let at = 0; at < count; at++) toGroup[near[at]!] = 0
    }
    if (moves <= nodeCount * until.moves) break
  }
  return group
}

/** Renumbers groups by their first nodes, in place. */
function renumber(groups: Uint32Array): number {
  const numbers = new Uint32Array(groups.length)
  let count = 0
  for (let node = 0; node < groups.length; node++) {
    const old = groups[node]!
    if (numbers[old] === 0) numbers[old] = ++count
    groups[node] = numbers[old]! - 1
  }
  return count
}

function gather(level: Weighted, groups: Uint32Array, count: number): Weighted {
  const { nodeCount, start, far, ties } = level
  const inside = new Float64Array(count)
  const members = membersOf(groups, count)
  const rows = { start: new Uint32Array(count + 1), far: far.slice(), ties: ties.slice() }
  const toGroup = new Float64Array(count)
  let written = 0
  for (let own = 0, at = 0; own < count; own++) {
    const first = written
    for (; at < nodeCount && groups[members[at]!] === own; at++) {
      const node = members[at]!
      inside[own]! += level.inside[node]!
      for (let row = start[node]!; row < start[node + 1]!; row++) {
        const other = groups[far[row]!]!
        if (other === own) inside[own]! += ties[row]!
        else {
          if (toGroup[other] === 0) rows.far[written++] = other
          toGroup[other]! += ties[row]!
        }
      }
    }
    for (const [place, other] of rows.far.subarray(first, written).sort().entries()) {
      rows.ties[first + place] = toGroup[other]!
      toGroup[other] = 0
    }
    rows.start[own + 1] = written
  }
  return {
    nodeCount: count,
    start: rows.start,
    far: rows.far.slice(0, written),
    ties: rows.ties.slice(0, written),
    inside,
  }
}

function membersOf(groups: Uint32Array, count: number): Uint32Array {
  const next = new Uint32Array(count + 1)
  for (const group of groups) next[group + 1]!++
  for (let group = 0; group < count; group++) next[group + 1]! += next[group]!
  const members = new Uint32Array(groups.length)
  for (let node = 0; node < groups.length; node++) members[next[groups[node]!]!++] = node
  return members
}
