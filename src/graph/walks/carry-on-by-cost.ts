import { unreachable } from './hops-left.ts'
import { LabelQueue, Labels } from './label-queue.ts'
import type { PathSearch, Root } from './path-search.ts'
import { scratchOf } from './scratch.ts'
import { stepCost } from './step-cost.ts'
import { stepsInto } from './steps.ts'

/**
 * The cheapest continuation from a root to the target: by cost, then edges, then node sequence; avoids the
 * root's nodes. Dijkstra over labels of cost and steps: path length is bounded, so a more expensive label is
 * worth keeping if it has fewer steps.
 * @returns the nodes after the root; null where there is no path, or the budget is used up
 */
export function carryOnByCost(search: PathSearch, root: Root): number[] | null {
  const { topology, steps, rules, to, left, budget } = search
  const { forth, far, edge } = scratchOf(topology)
  const most = rules.maxLength - (root.nodes.length - 1)
  const start = root.nodes.at(-1)!
  if (left[start]! > most) return null
  const base = forth.begin(most + 2)
  /** By node: base + the fewest steps of a settled label. */
  const settled = forth.values
  for (const node of root.nodes) settled[node] = base
  const isSettled = (node: number, hops: number) => settled[node]! >= base && settled[node]! <= base + hops

  const labels = new Labels()
  const heap = new LabelQueue(labels)
  settled[start] = base + 1 // Its own label has no step yet.
  heap.push(labels.add(root.cost, 0, start, -1))
  for (let label = heap.pop(); label !== undefined; label = heap.pop()) {
    const node = labels.nodes[label]!
    const hops = labels.hops[label]!
    if (isSettled(node, hops)) continue
    settled[node] = base + hops
    if (node === to) return labels.nodesOf(label)
    if (--budget.nodes < 0) return null
    const found = stepsInto(steps, node, far, edge)
    for (let index = 0; index < found; index++) {
      const next = far[index]!
      if (left[next] === unreachable || hops + 1 + left[next]! > most) continue
      if (isSettled(next, hops + 1) || (hops === 0 && root.banned.has(next))) continue
      const cost = labels.costs[label]! + stepCost(rules.cost, topology.weightOf[edge[index]!]!)
      if (cost < Infinity) heap.push(labels.add(cost, hops + 1, next, label))
    }
  }
  return null
}
