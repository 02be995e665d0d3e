import { unreachable } from './hops-left.ts'
import type { PathSearch, Root } from './path-search.ts'
import { scratchOf } from './scratch.ts'
import { neighborsInto } from './steps.ts'

/**
 * The shortest continuation from a root to the target, ties by node sequence; avoids the root's nodes.
 * Breadth-first with a length bound that is raised as needed: few nodes lie on paths barely longer than the
 * shortest.
 * @returns the nodes after the root; null where there is no path, or the budget is used up
 */
export function carryOnByHops(search: PathSearch, root: Root): number[] | null {
  const most = search.rules.maxLength - (root.nodes.length - 1)
  let bound = search.left[root.nodes.at(-1)!]!
  while (bound <= most && bound !== unreachable) {
    const found = carryOnWithin(search, root, bound)
    if (typeof found !== 'number') return found
    bound = found
  }
  return null
}

/** @returns the path if there is one of exactly this length, else the next bound to try */
function carryOnWithin(
  { topology, steps, to, left, budget }: PathSearch,
  root: Root,
  bound: number,
): number[] | number | null {
  const { forth, queue, parents, far } = scratchOf(topology)
  const base = forth.begin(1)
  const visited = forth.values
  for (const node of root.nodes) visited[node] = base
  queue[0] = root.nodes.at(-1)!
  let beyond = unreachable
  let [at, count] = [0, 1]
  for (let hops = 1; hops <= bound && at < count; hops++) {
    const levelEnd = count
    for (; at < levelEnd; at++) {
      if (--budget.nodes < 0) return null
      const first = count
      const found = neighborsInto(steps, queue[at]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        if (visited[node] === base || left[node] === unreachable) continue
        if (hops === 1 && root.banned.has(node)) continue
        const length = hops + left[node]!
        if (length > bound) {
          beyond = Math.min(beyond, length)
          continue
        }
        visited[node] = base
        parents[count] = at
        queue[count++] = node
        if (node === to) return unwind(queue, parents, count - 1)
      }
      queue.subarray(first, count).sort()
    }
  }
  return beyond
}

function unwind(queue: Uint32Array, parents: Uint32Array, at: number): number[] {
  const nodes: number[] = []
  for (let place = at; place > 0; place = parents[place]!) nodes.push(queue[place]!)
  return nodes.reverse()
}
