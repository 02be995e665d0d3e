import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { similarByTags } from '../../../src/graph/walks/similar-by-tags.ts'
import { sharedNeighbors, similarByNeighbors } from '../../../src/graph/walks/similar.ts'
import { randomGraph, topologyOf, undirectedOf } from '../../support/random-topology.ts'
import { tagSetsOf } from '../../support/tag-sets.ts'

function shared(left: ReadonlySet<number>, right: ReadonlySet<number>): number[] {
  return [...left].filter((item) => right.has(item)).sort((one, other) => one - other)
}

function jaccard(sets: readonly ReadonlySet<number>[], node: number) {
  const own = sets[node]!
  return sets
    .map((set, other) => ({
      node: other,
      score: shared(own, set).length / (new Set([...own, ...set]).size || 1),
    }))
    .filter(({ node: other, score }) => other !== node && score > 0)
    .sort((left, right) => right.score - left.score || left.node - right.node)
}

describe('similar nodes', () => {
  it('by neighbors, as sets say', () => {
    fc.assert(
      fc.property(randomGraph, fc.nat(8), (graph, some) => {
        const node = some % graph.nodeCount
        const undirected = undirectedOf(graph)
        const sets = undirected.mapNodes((key) => new Set(undirected.neighbors(key).map(Number)))
        const topology = topologyOf(graph)
        expect(similarByNeighbors(topology, node, 3)).toEqual(jaccard(sets, node).slice(0, 3))
        for (const other of sets.keys())
          expect(sharedNeighbors(topology, node, other)).toEqual(shared(sets[node]!, sets[other]!))
      }),
    )
  })

  it('by tags, as sets say', () => {
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(fc.nat(6)), { minLength: 1, maxLength: 8 }), (lists) => {
        const sets = lists.map((list) => new Set(list))
        expect(similarByTags(tagSetsOf(lists), 0, 4)).toEqual(jaccard(sets, 0).slice(0, 4))
      }),
    )
  })
})
