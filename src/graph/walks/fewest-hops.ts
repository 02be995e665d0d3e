import type { Topology } from '../topology/topology.ts'
import { scratchOf } from './scratch.ts'
import { createSteps, neighborsInto, reverse, type Steps } from './steps.ts'
import type { PathRules } from './walked-path.ts'

interface Side {
  readonly steps: Steps
  readonly values: Uint32Array
  readonly base: number
  /** Mark of a node that must not be passed through. */
  readonly refused: number
  readonly queue: Uint32Array
  /** The current level is in the queue from `start` to before `end`. */
  start: number
  end: number
  depth: number
}

/**
 * The shortest path by edges, ties by node sequence. Bidirectional breadth-first search: the smaller level is
 * expanded until both meet, then only levels leading to the meeting are revisited.
 * @returns the path's nodes; null where there is none within `maxLength`
 */
export function fewestHops(
  topology: Topology,
  from: number,
  to: number,
  rules: Omit<PathRules, 'cost'>,
): number[] | null {
  if (from === to) return [from]
  const { forth, back, queue, backQueue, far } = scratchOf(topology)
  const steps = createSteps(topology, rules)
  const begin = (marks: typeof forth, start: number, places: Uint32Array, way: Steps): Side => {
    const base = marks.begin(rules.maxLength + 2)
    marks.values[start] = base
    places[0] = start
    const refused = base + rules.maxLength + 1
    return { steps: way, values: marks.values, base, refused, queue: places, start: 0, end: 1, depth: 0 }
  }
  const near = begin(forth, from, queue, steps)
  const distant = begin(back, to, backQueue, reverse(steps))
  let met = false
  while (!met && near.depth + distant.depth < rules.maxLength) {
    const isNear = near.end - near.start <= distant.end - distant.start
    const [side, other] = isNear ? [near, distant] : [distant, near]
    if (side.start === side.end) return null
    met = carryOn(side, other, isNear ? to : from, rules.through, far)
  }
  return met ? leastPath(topology, near, distant) : null
}

/** Expands one whole level; returns whether it met the other side. */
function carryOn(
  side: Side,
  other: Side,
  goal: number,
  through: PathRules['through'],
  far: Uint32Array,
): boolean {
  const { values, queue, steps, base } = side
  const mark = base + side.depth + 1
  const levelEnd = side.end
  let met = false
  for (let at = side.start; at < levelEnd; at++) {
    const found = neighborsInto(steps, queue[at]!, far)
    for (let index = 0; index < found; index++) {
      const node = far[index]!
      if (values[node]! >= base) continue
      if (through !== null && node !== goal && !through(node)) {
        values[node] = side.refused
        continue
      }
      values[node] = mark
      queue[side.end++] = node
      met ||= other.values[node]! >= other.base && other.values[node] !== other.refused
    }
  }
  side.start = levelEnd
  side.depth += 1
  return met
}

/** The least path through nodes on the last level of both sides. */
function leastPath(topology: Topology, near: Side, distant: Side): number[] {
  const { kept, far, places } = scratchOf(topology)
  const length = near.depth + distant.depth
  const keep = kept.begin(1)
  // Nodes that lead to the meeting, level by level back to the start. The queue of places is free.
  let [start, end] = [0, 0]
  const meeting = distant.base + distant.depth
  for (let at = near.start; at < near.end; at++) {
    const node = near.queue[at]!
    if (distant.values[node] !== meeting) continue
    kept.values[node] = keep
    places[end++] = node
  }
  for (let depth = near.depth - 1; depth > 0; depth--) {
    const levelEnd = end
    for (; start < levelEnd; start++) {
      const found = neighborsInto(distant.steps, places[start]!, far)
      for (let index = 0; index < found; index++) {
        const node = far[index]!
        if (near.values[node] !== near.base + depth || kept.values[node] === keep) continue
        kept.values[node] = keep
        places[end++] = node
      }
    }
  }
  const path = [near.queue[0]!]
  for (let depth = 1; depth <= length; depth++) {
    const found = neighborsInto(near.steps, path.at(-1)!, far)
    let least = Infinity
    for (let index = 0; index < found; index++) {
      const node = far[index]!
      const leads =
        depth <= near.depth
          ? near.values[node] === near.base + depth && kept.values[node] === keep
          : distant.values[node] === distant.base + length - depth
      if (leads && node < least) least = node
    }
    path.push(least)
  }
  return path
}
