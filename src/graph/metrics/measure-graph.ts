import type { Topology } from '../topology/topology.ts'
import { betweenness } from './betweenness.ts'
import { communities } from './communities.ts'
import { components } from './components.ts'
import { coreness } from './coreness.ts'
import { degrees } from './degrees.ts'
import { pageRank } from './page-rank.ts'
import { toUndirected } from './undirected.ts'

/**
 * Nodes up to which all figures are exact, measured to take a second or two. Above, betweenness is estimated from some of the
 * nodes, PageRank and communities stop refining earlier, and a computation takes seconds to minutes.
 */
export const exactUpTo = 2000

/** The metrics of all nodes, each by number of the node. */
export interface GraphMetrics {
  /** Whether the graph has more than {@link exactUpTo} nodes. */
  readonly isApproximate: boolean
  readonly degree: Uint32Array
  readonly inDegree: Uint32Array
  readonly outDegree: Uint32Array
  readonly pageRank: Float64Array
  readonly betweenness: Float64Array
  readonly coreness: Uint32Array
  readonly component: Uint32Array
  readonly community: Uint32Array
}

/** Computes everything, in a minute or more on a large graph: for a worker thread, see compute-metrics.ts. */
export function measureGraph(topology: Topology): GraphMetrics {
  const undirected = toUndirected(topology)
  const isApproximate = topology.nodeBound > exactUpTo
  return {
    isApproximate,
    degree: degrees(topology, 'ANY'),
    inDegree: degrees(topology, 'IN'),
    outDegree: degrees(topology, 'OUT'),
    pageRank: pageRank(topology, isApproximate),
    betweenness: betweenness(undirected, isApproximate),
    coreness: coreness(undirected),
    component: components(undirected),
    community: communities(undirected, isApproximate),
  }
}
