import { scratchOf } from './scratch.ts'
import { neighborsInto, reverse, type Steps } from './steps.ts'
import type { PathRules } from './walked-path.ts'

export const unreachable = 255

/**
 * The fewest steps to a target, by node, which lets a search skip nodes too far away. Only for nodes on paths
 * of at most `maxLength` steps from the start: the first half is explored from the start, so the target's
 * side need not cover it.
 * @param maxLength at most 254
 * @returns an array of its own, since path searches pause
 */
export function hopsLeft(
  steps: Steps,
  from: number,
  to: number,
  { through, maxLength }: Pick<PathRules, 'through' | 'maxLength'>,
): Uint8Array {
  const { topology } = steps
  const { kept } = scratchOf(topology)
  const half = Math.ceil(maxLength / 2)
  const base = kept.begin(half + 1)
  const isOpen = (node: number) => through === null || through(node)

  kept.values[from] = base
  spread(steps, from, half, (node, hops) => {
    if (kept.values[node]! >= base || node === to || !isOpen(node)) return false
    kept.values[node] = base + hops
    return true
  })

  const left = new Uint8Array(topology.nodeBound).fill(unreachable)
  left[to] = 0
  spread(reverse(steps), to, maxLength, (node, hops) => {
    if (left[node] !== unreachable) return false
    if (node === from) {
      // A path does not return to its own start.
      left[node] = hops
      return false
    }
    const isNear = kept.values[node]! >= base && kept.values[node]! - base + hops <= maxLength
    if (!isNear && (hops > maxLength - half || !isOpen(node))) return false
    left[node] = hops
    return true
  })
  return left
}

/** Breadth-first; `enter` decides whether the walk continues from a node. */
function spread(
  steps: Steps,
  start: number,
  depth: number,
  enter: (node: number, hops: number) => boolean,
): void {
  const { queue, far } = scratchOf(steps.topology)
  queue[0] = start
  let [at, count] = [0, 1]
  for (let hops = 1; hops <= depth && at < count; hops++)
    for (const end = count; at < end; at++) {
      const found = neighborsInto(steps, queue[at]!, far)
      for (let index = 0; index < found; index++) if (enter(far[index]!, hops)) queue[count++] = far[index]!
    }
}
