import fc from 'fast-check'
import { singleSourceLength } from 'graphology-shortest-path'
import { describe, expect, it } from 'vitest'
import { depthAt, pathTo, reach, reachByPaths } from '../../../src/graph/walks/reach.ts'
import { directedOf, listPaths, randomGraph, randomRules, topologyOf } from '../../support/random-topology.ts'

const all = { direction: 'ANY', relations: null } as const
const line = {
  nodeCount: 6,
  symmetric: [false],
  edges: [1, 2, 3, 4, 5].map((target) => ({ relation: 0, source: 0, target, weight: NaN })),
}

describe('reach', () => {
  it('finds what graphology finds, at the same depths, in order of depth and node', () => {
    fc.assert(
      fc.property(randomGraph, randomRules, fc.nat(8), fc.nat(6), (graph, rules, node, maxDepth) => {
        const start = node % graph.nodeCount
        const topology = topologyOf(graph)
        const reached = reach(topology, start, { ...rules, maxDepth })
        const lengths = singleSourceLength(directedOf(graph, rules), String(start))
        const expected = Object.entries(lengths)
          .map(([key, depth]) => ({ node: Number(key), depth }))
          .filter(({ depth }) => depth <= maxDepth)
          .sort((left, right) => left.depth - right.depth || left.node - right.node)
        expect(
          Array.from(reached.nodes, (found, at) => ({ node: found, depth: depthAt(reached, at) })),
        ).toEqual(expected)
        expect(reached.truncated).toBe(false)
        expect(reachByPaths(topology, start, { ...rules, maxDepth })).toMatchObject(reached)
      }),
      { numRuns: 500 },
    )
  })

  it('tells the lexicographically least of the shortest paths', () => {
    fc.assert(
      fc.property(randomGraph, randomRules, (graph, rules) => {
        const reached = reachByPaths(topologyOf(graph), 0, { ...rules, maxDepth: 8 })
        reached.nodes.forEach((node, place) => {
          const options = { ...rules, maxLength: 8, cost: 'HOPS', through: null } as const
          expect(pathTo(reached, place)).toEqual(listPaths(graph, [0, node], options)[0]!.nodes)
        })
      }),
      { numRuns: 200 },
    )
  })

  it('stops at its limit with the first nodes by depth and number, and says so', () => {
    const topology = topologyOf(line)
    const cut = reachByPaths(topology, 3, { ...all, maxDepth: 2 }, 4)
    expect([...cut.nodes]).toEqual([3, 0, 1, 2])
    expect([0, 1, 2, 3].map((place) => depthAt(cut, place))).toEqual([0, 1, 2, 2])
    expect(cut.truncated).toBe(true)
    expect(pathTo(cut, 3)).toEqual([3, 0, 2])
    expect(reach(topology, 3, { ...all, maxDepth: 2 }, 6).truncated).toBe(false)
    expect(reach(topology, 3, { ...all, maxDepth: 1 }, 2).truncated).toBe(false)
    expect(reach(topology, 3, { ...all, maxDepth: 2 }, 2).truncated).toBe(true)
  })

  it('leaves its answers alone when it walks again', () => {
    const topology = topologyOf(line)
    const first = reachByPaths(topology, 0, { ...all, maxDepth: 1 })
    const copy = structuredClone(first)
    reachByPaths(topology, 5, { ...all, maxDepth: 2 })
    expect(first).toEqual(copy)
  })
})
