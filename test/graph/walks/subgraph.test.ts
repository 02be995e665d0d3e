import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSubgraph, type SubgraphRules } from '../../../src/graph/walks/subgraph.ts'
import {
  randomGraph,
  randomRules,
  stepsOf,
  topologyOf,
  type RandomGraph,
} from '../../support/random-topology.ts'

const subgraphRules = fc
  .record({
    rules: randomRules,
    depth: fc.nat(4),
    include: fc.constantFrom('WALKED', 'INDUCED'),
    closed: fc.option(fc.uniqueArray(fc.nat(8), { maxLength: 3 })),
    maxEntities: fc.integer({ min: 1, max: 10 }),
    maxEdges: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ rules, closed, ...rest }) => ({
    ...rules,
    ...rest,
    where: closed && ((node: number) => !closed.includes(node)),
  }))
const someSeeds = fc.option(fc.array(fc.nat(8), { maxLength: 3 }))

/** The same, told set by set. */
function expectedOf(graph: RandomGraph, seeds: readonly number[] | null, rules: SubgraphRules) {
  const isOpen = (node: number) => rules.where?.(node) ?? true
  const every = Array.from({ length: graph.nodeCount }, (_, node) => node)
  const depths = new Map((seeds ?? every.filter(isOpen)).map((node) => [node, 0]))
  for (let depth = 1; depth <= rules.depth; depth++)
    for (const { from, to } of stepsOf(graph, rules))
      if (depths.get(from) === depth - 1 && !depths.has(to) && isOpen(to)) depths.set(to, depth)
  const inOrder = [...depths].sort((left, right) => left[1] - right[1] || left[0] - right[0])
  const kept = new Map(inOrder.slice(0, rules.maxEntities))
  const walked = new Set(
    stepsOf(graph, rules).flatMap(({ from, edge }) =>
      (kept.get(from) ?? Infinity) < rules.depth ? [edge] : [],
    ),
  )
  const edges = graph.edges
    .map((edge, number) => ({ ...edge, number }))
    .filter(({ source, target, relation }) => {
      return kept.has(source) && kept.has(target) && (rules.relations?.has(relation) ?? true)
    })
    .filter(({ number }) => rules.include === 'INDUCED' || walked.has(number))
    .sort((a, b) => a.relation - b.relation || a.source - b.source || a.target - b.target)
  return {
    nodes: [...kept.keys()].sort((left, right) => left - right),
    edges: edges.slice(0, rules.maxEdges).map(({ number }) => number),
    truncated: depths.size > rules.maxEntities || edges.length > rules.maxEdges,
  }
}

describe('findSubgraph', () => {
  it('finds what its words say', () => {
    fc.assert(
      fc.property(randomGraph, subgraphRules, someSeeds, (graph, rules, given) => {
        const seeds = given && given.map((node) => node % graph.nodeCount)
        const { nodes, edges, truncated } = findSubgraph(topologyOf(graph), seeds, rules)
        expect({ nodes: [...nodes], edges: [...edges], truncated }).toEqual(expectedOf(graph, seeds, rules))
      }),
      { numRuns: 2000 },
    )
  })

  it('has its seeds whatever `where` says, and is empty without any', () => {
    const graph = topologyOf({
      nodeCount: 3,
      symmetric: [true],
      edges: [
        { relation: 0, source: 0, target: 1, weight: NaN },
        { relation: 0, source: 1, target: 2, weight: NaN },
      ],
    })
    const rules = {
      direction: 'OUT',
      relations: null,
      depth: 2,
      where: (node: number) => node !== 1,
      include: 'INDUCED',
      maxEntities: 10,
      maxEdges: 10,
    } as const
    expect([...findSubgraph(graph, [1], rules).nodes]).toEqual([0, 1, 2])
    expect([...findSubgraph(graph, [0], rules).nodes]).toEqual([0])
    expect([...findSubgraph(graph, [], rules).nodes]).toEqual([])
    expect([...findSubgraph(graph, null, rules).nodes]).toEqual([0, 2])
  })
})
