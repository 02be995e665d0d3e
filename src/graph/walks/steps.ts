import type { TraversalDirection } from '../../domain/filter.ts'
import type { HalfEdges, Topology } from '../topology.ts'
import { bothWays, type Rows } from './both-ways.ts'

/** Which steps a walk may take. */
export interface WalkRules {
  /** OUT along the edge, IN against it; an edge of a symmetric relation is walked both ways whatever this says. */
  readonly direction: TraversalDirection
  /** Numbers of the relations that may be walked; null for all. */
  readonly relations: ReadonlySet<number> | null
}

/** The rules of a walk over one topology. */
export interface Steps {
  readonly topology: Topology
  /** By number of the relation: 1 if its edges are walked from source to target. */
  readonly along: Uint8Array
  /** By number of the relation: 1 if its edges are walked from target to source. */
  readonly against: Uint8Array
  /** Whether all, some or none of the relations are walked so; most walks need not ask edge by edge. */
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

/** The same steps from their ends to their beginnings. */
export function reverse({ topology, along, against, howAlong, howAgainst }: Steps): Steps {
  return { topology, along: against, against: along, howAlong: howAgainst, howAgainst: howAlong }
}

/** Rows that say for every node where its steps lead, in the order of {@link neighborsInto}; null where none lie ready. */
export function readyRows({ topology, howAlong, howAgainst }: Steps): Rows | null {
  if (howAlong === 'all' && howAgainst === 'all') return bothWays(topology)
  if (howAlong === 'all' && howAgainst === 'none') return topology.outgoing
  if (howAlong === 'none' && howAgainst === 'all') return topology.incoming
  return null
}

/**
 * Where the steps from a node lead, one entry a step: a node to which several edges lead is there several times.
 *
 * @param far filled from its beginning; as long as the node has edges
 * @returns how many entries were filled
 */
export function neighborsInto(steps: Steps, node: number, far: Uint32Array): number {
  const { topology, along, against, howAlong, howAgainst } = steps
  const count = appendFar(topology, topology.outgoing, node, { flags: along, extent: howAlong }, far, 0)
  return appendFar(topology, topology.incoming, node, { flags: against, extent: howAgainst }, far, count)
}

interface Allowed {
  readonly flags: Uint8Array
  readonly extent: Extent
}

function appendFar(
  { relationOf }: Topology,
  half: HalfEdges,
  node: number,
  { flags, extent }: Allowed,
  far: Uint32Array,
  count: number,
): number {
  if (extent === 'none') return count
  const end = half.start[node + 1]!
  if (extent === 'all') for (let at = half.start[node]!; at < end; at++) far[count++] = half.far[at]!
  else
    for (let at = half.start[node]!; at < end; at++)
      if (flags[relationOf[half.edge[at]!]!] === 1) far[count++] = half.far[at]!
  return count
}

/**
 * The steps from a node with their edges: first those along edges, then those against, each by relation, then far node.
 * A self-loop that may be walked both ways is there twice.
 *
 * @returns how many entries were filled
 */
export function stepsInto(steps: Steps, node: number, far: Uint32Array, edge: Uint32Array): number {
  const { topology, along, against } = steps
  let count = 0
  const append = (half: HalfEdges, flags: Uint8Array) => {
    for (let at = half.start[node]!; at < half.start[node + 1]!; at++) {
      if (flags[topology.relationOf[half.edge[at]!]!] !== 1) continue
      far[count] = half.far[at]!
      edge[count++] = half.edge[at]!
    }
  }
  append(topology.outgoing, along)
  append(topology.incoming, against)
  return count
}

/** How many edges may be walked from a node; a self-loop counts once. */
export function countSteps({ topology, along, against }: Steps, node: number): number {
  const { outgoing, incoming, relationOf } = topology
  let count = 0
  for (let at = outgoing.start[node]!; at < outgoing.start[node + 1]!; at++)
    count += along[relationOf[outgoing.edge[at]!]!]!
  for (let at = incoming.start[node]!; at < incoming.start[node + 1]!; at++) {
    const relation = relationOf[incoming.edge[at]!]!
    if (incoming.far[at] !== node || along[relation] === 0) count += against[relation]!
  }
  return count
}
