import type { TraversalDirection } from '../../domain/graph/filter.ts'
import { chunkOf, edgeShift, incomingAt, outgoingAt, type Topology } from '../topology/topology.ts'

export interface WalkRules {
  /** OUT along the edge, IN against it; symmetric relations are always walked both ways. */
  readonly direction: TraversalDirection
  /** Relations that may be walked, by number; null for all. */
  readonly relations: ReadonlySet<number> | null
}

export interface Steps {
  readonly topology: Topology
  /** By relation number: 1 if walked from source to target. */
  readonly along: Uint8Array
  /** By relation number: 1 if walked from target to source. */
  readonly against: Uint8Array
  /** Whether all, some or none of the relations are walked; most walks need no check per edge. */
  readonly howAlong: Extent
  readonly howAgainst: Extent
}
type Extent = 'all' | 'some' | 'none'

const overAllRelations = new WeakMap<Topology, Partial<Record<TraversalDirection, Steps>>>()

export function createSteps(topology: Topology, { direction, relations }: WalkRules): Steps {
  if (relations !== null) return prepareSteps(topology, direction, relations)
  let known = overAllRelations.get(topology)
  if (known === undefined) overAllRelations.set(topology, (known = {}))
  return (known[direction] ??= prepareSteps(topology, direction, null))
}

function prepareSteps(
  topology: Topology,
  direction: TraversalDirection,
  relations: ReadonlySet<number> | null,
): Steps {
  const along = new Uint8Array(topology.isSymmetric.length)
  const against = new Uint8Array(topology.isSymmetric.length)
  topology.isSymmetric.forEach((symmetric, relation) => {
    if (relations !== null && !relations.has(relation)) return
    along[relation] = direction !== 'IN' || symmetric === 1 ? 1 : 0
    against[relation] = direction !== 'OUT' || symmetric === 1 ? 1 : 0
  })
  return { topology, along, against, howAlong: extentOf(along), howAgainst: extentOf(against) }
}

function extentOf(flags: Uint8Array): Extent {
  if (!flags.includes(1)) return 'none'
  return flags.includes(0) ? 'some' : 'all'
}

export function reverse({ topology, along, against, howAlong, howAgainst }: Steps): Steps {
  return { topology, along: against, against: along, howAlong: howAgainst, howAgainst: howAlong }
}

/**
 * The slice of a node's row that is exactly the walk's steps: from `chunk[outgoingAt(node) + from]` to before
 * `chunk[outgoingAt(node) + to]`. Null if steps must be selected one by one.
 */
export function partOfRow({
  howAlong,
  howAgainst,
}: Steps): { readonly from: number; readonly to: number } | null {
  if (howAlong === 'some' || howAgainst === 'some' || howAlong === howAgainst)
    return howAlong === 'all' && howAgainst === 'all' ? { from: 0, to: 2 } : null
  return howAlong === 'all' ? { from: 0, to: 1 } : { from: 1, to: 2 }
}

/** The targets of a node's steps, parallel ones repeated. Fills `far` and returns the count. */
export function neighborsInto(steps: Steps, node: number, far: Uint32Array): number {
  const { topology, along, against, howAlong, howAgainst } = steps
  const chunk = chunkOf(topology, node)
  const place = outgoingAt(node)
  const middle = chunk[place + 1]!
  const count = appendFar(
    topology,
    chunk,
    { from: chunk[place]!, to: middle, flags: along, extent: howAlong },
    far,
    0,
  )
  return appendFar(
    topology,
    chunk,
    { from: middle, to: chunk[place + 2]!, flags: against, extent: howAgainst },
    far,
    count,
  )
}

interface Half {
  readonly from: number
  readonly to: number
  readonly flags: Uint8Array
  readonly extent: Extent
}

function appendFar(
  { relationOf }: Topology,
  chunk: Uint32Array,
  { from, to, flags, extent }: Half,
  far: Uint32Array,
  count: number,
): number {
  if (extent === 'none') return count
  if (extent === 'all') for (let at = from; at < to; at++) far[count++] = chunk[at]!
  else {
    const shift = edgeShift(chunk)
    for (let at = from; at < to; at++)
      if (flags[relationOf[chunk[at + shift]!]!] === 1) far[count++] = chunk[at]!
  }
  return count
}

/** Steps along edges, then against, each by relation, then far node. A two-way self-loop appears twice. */
export function stepsInto(steps: Steps, node: number, far: Uint32Array, edge: Uint32Array): number {
  const { topology, along, against } = steps
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  let count = 0
  const append = (half: number, flags: Uint8Array) => {
    for (let at = chunk[half]!; at < chunk[half + 1]!; at++) {
      if (flags[topology.relationOf[chunk[at + shift]!]!] !== 1) continue
      far[count] = chunk[at]!
      edge[count++] = chunk[at + shift]!
    }
  }
  append(outgoingAt(node), along)
  append(incomingAt(node), against)
  return count
}

/** How many edges may be walked from a node; a self-loop counts once. */
export function countSteps({ topology, along, against }: Steps, node: number): number {
  const { relationOf } = topology
  const chunk = chunkOf(topology, node)
  const shift = edgeShift(chunk)
  const incoming = incomingAt(node)
  let count = 0
  for (let at = chunk[outgoingAt(node)]!; at < chunk[incoming]!; at++)
    count += along[relationOf[chunk[at + shift]!]!]!
  for (let at = chunk[incoming]!; at < chunk[incoming + 1]!; at++) {
    const relation = relationOf[chunk[at + shift]!]!
    if (chunk[at] !== node || along[relation] === 0) count += against[relation]!
  }
  return count
}
