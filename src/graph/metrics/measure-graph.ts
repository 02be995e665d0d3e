import type { Topology } from '../topology.ts'
import { betweenness } from './betweenness.ts'
import { communities } from './communities.ts'
import { components } from './components.ts'
import { coreness } from './coreness.ts'
import { degrees } from './degrees.ts'
import { pageRank } from './page-rank.ts'
import { toUndirected } from './undirected.ts'

/** The metrics of all nodes, each by number of the node. */
export interface GraphMetrics {
  readonly degree: Uint32Array
  readonly inDegree: Uint32Array
  readonly outDegree: Uint32Array
  readonly pageRank: Float64Array
  readonly betweenness: Float64Array
  readonly coreness: Uint32Array
  readonly component: Uint32Array
  readonly community: Uint32Array
}

/** Computes everything, in seconds on a large graph: for a worker thread, see compute-metrics.ts. */
export function measureGraph(topology: Topology): GraphMetrics {
  const undirected = toUndirected(topology)
  return {
    degree: degrees(topology, 'ANY'),
    inDegree: degrees(topology, 'IN'),
    outDegree: degrees(topology, 'OUT'),
    pageRank: pageRank(topology),
    betweenness: betweenness(undirected),
    coreness: coreness(undirected),
    component: components(undirected),
    community: communities(undirected),
  }
}
