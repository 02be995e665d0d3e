import fc from 'fast-check'
import { connectedComponents } from 'graphology-components'
import { DirectedGraph } from 'graphology'
import { describe, expect, it } from 'vitest'
import { betweenness } from '../../../src/graph/metrics/betweenness.ts'
import { computeMetrics } from '../../../src/graph/metrics/compute-metrics.ts'
import { exactUpTo, measureGraph } from '../../../src/graph/metrics/measure-graph.ts'
import { copyEdges } from '../../../src/graph/metrics/metrics-input.ts'
import { toUndirected } from '../../../src/graph/metrics/undirected.ts'
import { betweennessCentrality, coreNumber, louvain, modularity, pagerank } from '../../support/graphology.ts'
import { createTopology } from '../../../src/graph/topology/build.ts'
import type { EdgeEnds, Topology } from '../../../src/graph/topology/topology.ts'
import {
  randomGraph,
  stepsOf,
  topologyOf,
  undirectedOf,
  type RandomGraph,
} from '../../support/random-topology.ts'

const byNumber = (of: Record<string, number>) =>
  Object.keys(of)
    .sort((left, right) => Number(left) - Number(right))
    .map((key) => of[key]!)

function expectClose(found: Float64Array, expected: readonly number[]) {
  expect(found.length).toBe(expected.length)
  found.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 7))
}

/** The groups' first nodes in order, so that two numberings can be compared. */
function isNumberedByFirst(groups: Uint32Array): boolean {
  let known = 0
  return groups.every((group) => group <= known && (known = Math.max(known, group + 1)) > 0)
}

describe('metrics', () => {
  it('PageRank is that of graphology', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const links = new DirectedGraph<object, { weight: number }>()
        for (let node = 0; node < graph.nodeCount; node++) links.addNode(String(node))
        // A symmetric self-loop is one step, though it may be told as two.
        for (const { from, to, along } of stepsOf(graph, { direction: 'OUT', relations: null }))
          if (from !== to || along)
            links.updateEdge(from, to, ({ weight }) => ({ weight: (weight ?? 0) + 1 }))
        const expected = pagerank(links, { tolerance: 1e-12, maxIterations: 1000 })
        expectClose(measureGraph(topologyOf(graph)).pageRank, byNumber(expected))
      }),
    )
  })

  it('betweenness, coreness and components are those of graphology', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const undirected = undirectedOf(graph)
        const found = measureGraph(topologyOf(graph))
        if (graph.nodeCount > 2)
          expectClose(found.betweenness, byNumber(betweennessCentrality(undirected, { getEdgeWeight: null })))
        expect([...found.coreness]).toEqual(byNumber(coreNumber(undirected)))
        const groups = connectedComponents(undirected).map((nodes) => nodes.map(Number))
        groups.sort((left, right) => Math.min(...left) - Math.min(...right))
        expect([...found.component]).toEqual(
          Array.from({ length: graph.nodeCount }, (_, node) =>
            groups.findIndex((group) => group.includes(node)),
          ),
        )
      }),
    )
  })

  it('degrees count edges as Entity.degree does', () => {
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const found = measureGraph(topologyOf(graph))
        const count = (direction: 'OUT' | 'IN' | 'ANY') =>
          Array.from({ length: graph.nodeCount }, (_, node) => {
            const steps = stepsOf(graph, { direction, relations: null }).filter(({ from }) => from === node)
            return new Set(steps.map(({ edge }) => edge)).size
          })
        expect([...found.degree]).toEqual(count('ANY'))
        expect([...found.inDegree]).toEqual(count('IN'))
        expect([...found.outDegree]).toEqual(count('OUT'))
      }),
    )
  })

  it('communities lie within components, are numbered by their first node, and are as good as those of graphology', () => {
    let [ours, theirs] = [0, 0]
    fc.assert(
      fc.property(randomGraph, (graph) => {
        const { community, component } = measureGraph(topologyOf(graph))
        expect(isNumberedByFirst(community)).toBe(true)
        for (const [node, group] of community.entries())
          expect(component[community.indexOf(group)]).toBe(component[node])
        const undirected = undirectedOf(graph)
        if (undirected.size === 0) return
        ours += modularity(undirected, { getNodeCommunity: (node) => community[Number(node)]! })
        theirs += louvain.detailed(undirected, { rng: () => 0 }).modularity
      }),
      { seed: 11 },
    )
    expect(ours).toBeGreaterThan(theirs * 0.98)
  })

  it('a large graph is measured approximately, near to the exact figures and the same each time', () => {
    const [width, height] = [5, 421]
    const graph = grid(width, height)
    const topology = topologyOf(graph)
    expect(graph.nodeCount).toBeGreaterThan(exactUpTo)
    const found = measureGraph(topology)
    expect(found.isApproximate).toBe(true)
    expect(measureGraph(topology)).toEqual(found)
    const center = Math.floor((width * height) / 2)
    const [middle, corner] = [found.betweenness[center]!, found.betweenness[0]!]
    const exact = betweenness(toUndirected(topology), false)
    expect(Math.abs(middle - exact[center]!)).toBeLessThan(middle * 0.2)
    expect(corner).toBeLessThan(middle / 10)
    const undirected = undirectedOf(graph)
    const ours = modularity(undirected, { getNodeCommunity: (node) => found.community[Number(node)]! })
    expect(ours).toBeGreaterThan(louvain.detailed(undirected, { rng: () => 0 }).modularity * 0.95)
    expect(found.pageRank.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 9)
  })
})

/** A town of streets at right angles. */
function grid(width: number, height: number): RandomGraph {
  const edges = Array.from({ length: width * height }, (_, node) => [
    ...(node % width < width - 1 ? [{ relation: 0, source: node, target: node + 1, weight: NaN }] : []),
    ...(node + width < width * height
      ? [{ relation: 0, source: node, target: node + width, weight: NaN }]
      : []),
  ]).flat()
  return { nodeCount: width * height, symmetric: [false], edges }
}

describe('computeMetrics', () => {
  const { signal } = new AbortController()
  const inThread = async (topology: Topology, until = signal) =>
    computeMetrics(await copyEdges(topology, signal), until)

  it('answers from a thread what is computed here', async () => {
    const topology = topologyOf(grid(8, 5))
    expect(await inThread(topology)).toEqual(measureGraph(topology))
  })

  it('copies all edges, however many', async () => {
    const [nodes, edges] = [52_900, 105_340]
    const ends = (factor: number) => Uint32Array.from({ length: edges }, (_, edge) => (edge * factor) % nodes)
    const relationOf = Uint16Array.from({ length: edges }, (_, edge) => edge % 7)
    const topology = createTopology(
      nodes,
      { sourceOf: ends(7919), targetOf: ends(104_729), relationOf },
      new Float64Array(0),
      new Uint8Array(7),
    )
    const input = await copyEdges(topology, signal)
    const textsOf = ({ sourceOf, targetOf, relationOf: relations }: EdgeEnds) =>
      Array.from(sourceOf, (source, edge) => `${source} ${targetOf[edge]} ${relations[edge]}`).sort()
    expect(textsOf(input)).toEqual(textsOf({ sourceOf: ends(7919), targetOf: ends(104_729), relationOf }))
  })

  it('measures a graph without nodes', async () => {
    const { pageRank } = await inThread(topologyOf({ nodeCount: 0, symmetric: [], edges: [] }))
    expect(pageRank.length).toBe(0)
  })

  it('fails where the thread does, and where it is ended', async () => {
    const input = await copyEdges(topologyOf(grid(2, 2)), signal)
    await expect(computeMetrics({ ...input, isSymmetric: undefined as never }, signal)).rejects.toThrow(
      /undefined/,
    )
    await expect(inThread(topologyOf(grid(60, 60)), AbortSignal.timeout(5))).rejects.toThrow(/timeout/)
  })
})
