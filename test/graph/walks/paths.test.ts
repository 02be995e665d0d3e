import fc from 'fast-check'
import dijkstra from 'graphology-shortest-path/dijkstra.js'
import { bidirectional } from 'graphology-shortest-path/unweighted.js'
import { describe, expect, it } from 'vitest'
import { shortestPath } from '../../../src/graph/walks/shortest-path.ts'
import { maximumPaths, simplePaths } from '../../../src/graph/walks/simple-paths.ts'
import type { WalkedPath } from '../../../src/graph/walks/walked-path.ts'
import { directedOf, listPaths, randomGraph, randomRules, topologyOf } from '../../support/random-topology.ts'

const pathRules = fc
  .record({
    rules: randomRules,
    maxLength: fc.nat(6),
    cost: fc.constantFrom('HOPS', 'WEIGHT', 'INVERSE_WEIGHT'),
    closed: fc.option(fc.uniqueArray(fc.nat(8), { maxLength: 3 })),
  })
  .map(({ rules, closed, ...rest }) => ({
    ...rules,
    ...rest,
    through: closed && ((node: number) => !closed.includes(node)),
  }))
const ends = fc.tuple(fc.nat(8), fc.nat(8))

describe('shortestPath', () => {
  it('is the first of all simple paths by cost, edges and nodes', () => {
    fc.assert(
      fc.property(randomGraph, pathRules, ends, (graph, rules, pair) => {
        const [from, to] = [pair[0] % graph.nodeCount, pair[1] % graph.nodeCount]
        const expected = listPaths(graph, [from, to], rules)[0] ?? null
        expect(shortestPath(topologyOf(graph), from, to, rules)).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  it('is as long, and as dear, as that of graphology', () => {
    fc.assert(
      fc.property(randomGraph, randomRules, ends, (graph, rules, pair) => {
        const [from, to] = [pair[0] % graph.nodeCount, pair[1] % graph.nodeCount]
        const free = { ...rules, maxLength: 20, through: null }
        const topology = topologyOf(graph)
        const hops = bidirectional(directedOf(graph, rules), String(from), String(to))
        expect(shortestPath(topology, from, to, { ...free, cost: 'HOPS' })?.nodes.length).toBe(hops?.length)
        for (const cost of ['WEIGHT', 'INVERSE_WEIGHT'] as const) {
          const weighted = directedOf(graph, rules, cost)
          const path = dijkstra.bidirectional(weighted, String(from), String(to), 'weight') as string[] | null
          const expected = path?.slice(1).reduce((sum, node, at) => {
            return sum + (weighted.getEdgeAttribute(path[at], node, 'weight') as number)
          }, 0)
          expect(shortestPath(topology, from, to, { ...free, cost })?.cost).toBe(expected)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('cannot take a step that costs less than nothing, or without end', () => {
    const graph = (weight: number) =>
      topologyOf({ nodeCount: 2, symmetric: [false], edges: [{ relation: 0, source: 0, target: 1, weight }] })
    const rules = { direction: 'OUT', relations: null, through: null, maxLength: 3 } as const
    expect(shortestPath(graph(-1), 0, 1, { ...rules, cost: 'WEIGHT' })).toBeNull()
    expect(shortestPath(graph(0), 0, 1, { ...rules, cost: 'INVERSE_WEIGHT' })).toBeNull()
    expect(shortestPath(graph(0), 0, 1, { ...rules, cost: 'WEIGHT' })?.cost).toBe(0)
    expect(shortestPath(graph(-1), 0, 1, { ...rules, cost: 'HOPS' })?.cost).toBe(1)
    expect(shortestPath(graph(NaN), 0, 1, { ...rules, cost: 'INVERSE_WEIGHT' })?.cost).toBe(1)
  })
})

function run(search: Generator<WalkedPath, boolean>) {
  const paths: WalkedPath[] = []
  for (;;) {
    const next = search.next()
    if (next.done === true) return { paths, truncated: next.value }
    paths.push(next.value)
  }
}

describe('simplePaths', () => {
  it('are all simple paths, in order', () => {
    fc.assert(
      fc.property(randomGraph, pathRules, ends, (graph, rules, pair) => {
        const [from, to] = [pair[0] % graph.nodeCount, pair[1] % graph.nodeCount]
        const expected = listPaths(graph, [from, to], rules)
        const { paths, truncated } = run(simplePaths(topologyOf(graph), from, to, rules))
        expect(paths).toEqual(expected.slice(0, maximumPaths))
        expect(truncated).toBe(expected.length > maximumPaths)
      }),
      { numRuns: 2000 },
    )
  })

  it('end at their limit and say so, and may pause for other walks', () => {
    const size = 8
    const edges = Array.from({ length: size * size }, (_, at) => {
      return { relation: 0, source: Math.floor(at / size), target: at % size, weight: NaN }
    })
    const graph = { nodeCount: size, symmetric: [false], edges }
    const rules = { direction: 'OUT', relations: null, through: null, maxLength: 7, cost: 'HOPS' } as const
    const expected = listPaths(graph, [0, 1], rules)
    expect(expected.length).toBeGreaterThan(maximumPaths)
    const topology = topologyOf(graph)
    const [one, other] = [
      simplePaths(topology, 0, 1, rules),
      simplePaths(topology, 0, 1, { ...rules, cost: 'WEIGHT' }),
    ]
    const paths: unknown[] = []
    for (let at = 0; at < maximumPaths; at++) {
      paths.push(one.next().value)
      other.next()
    }
    expect(paths).toEqual(expected.slice(0, maximumPaths))
    expect([one.next(), other.next()]).toEqual([
      { done: true, value: true },
      { done: true, value: true },
    ])
  })
})
