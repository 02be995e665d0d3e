import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countHalfEdges, eachHalfEdge } from '../../../src/graph/topology/adjacency.ts'
import { createTopology } from '../../../src/graph/topology/build.ts'
import { incomingAt, outgoingAt, type Topology } from '../../../src/graph/topology/topology.ts'
import { halfOf } from '../../support/half-of.ts'
import { randomGraph, type RandomGraph } from '../../support/random-topology.ts'

function topologyOf({ nodeCount, edges, symmetric }: RandomGraph) {
  return createTopology(
    nodeCount,
    {
      sourceOf: Uint32Array.from(edges, ({ source }) => source),
      targetOf: Uint32Array.from(edges, ({ target }) => target),
      relationOf: Uint16Array.from(edges, ({ relation }) => relation),
    },
    Float64Array.from(edges, ({ weight }) => weight),
    Uint8Array.from(symmetric, Number),
  )
}

function rows(topology: Topology, halfAt: typeof outgoingAt): [near: number, far: number, edge: number][] {
  return Array.from({ length: topology.nodeBound }, (_, near) =>
    halfOf(topology, near, halfAt).map(({ far, edge }): [number, number, number] => [near, far, edge]),
  ).flat()
}

test('each edge is in the row of either end, by relation, then by far node', () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const { edges } = graph
      const topology = topologyOf(graph)
      const sorted = (nearOf: 'source' | 'target', farOf: 'source' | 'target') =>
        edges
          .map((edge, number) => ({ near: edge[nearOf], far: edge[farOf], relation: edge.relation, number }))
          .sort((a, b) => a.near - b.near || a.relation - b.relation || a.far - b.far || a.number - b.number)
          .map(({ near, far, number }) => [near, far, number])
      expect(rows(topology, outgoingAt)).toEqual(sorted('source', 'target'))
      expect(rows(topology, incomingAt)).toEqual(sorted('target', 'source'))
    }),
  )
})

test('the degree of a node is the number of its edges, by direction, an edge to itself once', () => {
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const topology = topologyOf(graph)
      for (const direction of ['OUT', 'IN', 'ANY'] as const) {
        const counted = Array.from(
          { length: graph.nodeCount },
          (_, node) =>
            graph.edges.filter(({ source, target, relation }) => {
              const isOut = source === node
              const isIn = target === node
              if (direction === 'ANY' || graph.symmetric[relation]) return isOut || isIn
              return direction === 'OUT' ? isOut : isIn
            }).length,
        )
        const all = Uint8Array.from(graph.symmetric, () => 1)
        for (let node = 0; node < graph.nodeCount; node++) {
          expect(countHalfEdges(topology, node, { direction, relations: all })).toBe(counted[node])
          const met: number[] = []
          eachHalfEdge(topology, node, { direction, relations: null }, (_, edge) => (met.push(edge), false))
          expect(new Set(met).size).toBe(counted[node])
          expect(met).toHaveLength(counted[node]!)
        }
      }
    }),
  )
})
