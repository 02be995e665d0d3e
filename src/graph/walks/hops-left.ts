import { scratchOf } from './scratch.ts'
import { neighborsInto, reverse, type Steps } from './steps.ts'
import type { PathRules } from './walked-path.ts'

/** Of a node from which the target cannot be reached within the length. */
export const unreachable = 255

/**
 * The fewest steps to a target, by node: what any path that goes on from there still needs, and so what a search may
 * leave aside. An array of its own, since searches of paths pause.
 *
 * @param maxLength at most 254
 */
export function hopsLeft(
  steps: Steps,
  from: number,
  to: number,
  { through, maxLength }: Pick<PathRules, 'through' | 'maxLength'>,
): Uint8Array {
  const { topology } = steps
  const left = new Uint8Array(topology.nodeCount).fill(unreachable)
  const { queue, far } = scratchOf(topology)
  const back = reverse(steps)
  queue[0] = to
  left[to] = 0
  let [at, count] = [0, 1]
  for (let hops = 1; hops <= maxLength && at < count; hops++) {
    const levelEnd = count
    for (; at < levelEnd; at++) {
      const found = neighborsInto(back, queue[at]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        if (left[node] !== unreachable) continue
        if (node !== from && through !== null && !through(node)) continue
        left[node] = hops
        // A path does not pass through its own beginning.
        if (node !== from) queue[count++] = node
      }
    }
  }
  return left
}
