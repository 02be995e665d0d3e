import type { Topology } from '../topology/topology.ts'
import { betweenness } from './betweenness.ts'
import { communities } from './communities.ts'
import { components } from './components.ts'
import { coreness } from './coreness.ts'
import { degrees } from './degrees.ts'
import { pageRank } from './page-rank.ts'
import { toUndirected } from './undirected.ts'

/**
 * Up to this size all metrics are exact and take a second or two. Above it, betweenness is estimated,
 * PageRank and communities stop earlier, and a run takes seconds to minutes.
 */
export const exactUpTo = 2000

export interface GraphMetrics {
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

/** May take minutes on a large graph: run it in a worker thread, see compute-metrics.ts. */
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
