import type { Undirected } from './undirected.ts'

/** Connected components, undirected, numbered from 0 by their first slug. */
export function components({ nodeCount, start, far }: Undirected): Uint32Array {
  const none = 0xffff_ffff
  const component = new Uint32Array(nodeCount).fill(none)
  const queue = new Uint32Array(nodeCount)
  let found = 0
  for (let first = 0; first < nodeCount; first++) {
    if (component[first] !== none) continue
    component[first] = found
    queue[0] = first
    for (let at = 0, count = 1; at < count; at++)
      for (let row = start[queue[at]!]!; row < start[queue[at]! + 1]!; row++) {
        const near = far[row]!
        if (component[near] !== none) continue
        component[near] = found
        queue[count++] = near
      }
    found++
  }
  return component
}
