import { createRequire } from 'node:module'
import type { AbstractGraph } from 'graphology-types'

// Their type declarations name a default export that these CommonJS modules do not have.
const load = createRequire(import.meta.url)
type ByNode = Record<string, number>

export const pagerank = load('graphology-metrics/centrality/pagerank') as (
  graph: AbstractGraph,
  options: { tolerance: number; maxIterations: number },
) => ByNode
export const betweennessCentrality = load('graphology-metrics/centrality/betweenness') as (
  graph: AbstractGraph,
  options: { getEdgeWeight: null },
) => ByNode
export const coreNumber = load('graphology-cores').coreNumber as (graph: AbstractGraph) => ByNode
export const modularity = load('graphology-metrics/graph/modularity') as (
  graph: AbstractGraph,
  options: { getNodeCommunity: (node: string) => number },
) => number
export const louvain = load('graphology-communities-louvain') as {
  detailed(graph: AbstractGraph, options: { rng: () => number }): { modularity: number }
}
