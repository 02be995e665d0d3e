import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { depthAt, pathTo, reachByPaths } from '../../src/graph/walks/reach.ts'
import { shortestPath } from '../../src/graph/walks/shortest-path.ts'
import { similarByTags } from '../../src/graph/walks/similar-by-tags.ts'
import { sharedNeighbors, similarByNeighbors } from '../../src/graph/walks/similar.ts'
import { simplePaths } from '../../src/graph/walks/simple-paths.ts'
import { findSubgraph } from '../../src/graph/walks/subgraph.ts'
import { createReaders } from '../../src/readers/database/create-readers.ts'
import { createFieldSet } from '../../src/readers/fields.ts'
import type { Reader } from '../../src/readers/reader.ts'
import type { PathRecord } from '../../src/readers/walk-reader.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { slugOf, tagsOf, writeRandomGraph } from '../support/random-database.ts'
import { randomGraph, topologyOf } from '../support/random-topology.ts'
import { tagSetsOf } from '../support/tag-sets.ts'

// The database reader against the same walks in memory, on random graphs with drafts.

let database: TestDatabase
let reader: Reader
beforeAll(async () => {
  database = await createTestDatabase()
  reader = createReaders(database.pool).now.published
})
afterAll(() => database.drop())

const slug = createFieldSet(['slug'] as const)
const edge = {
  ...createFieldSet(['relationKey', 'sourceSlug', 'targetSlug'] as const),
  source: null,
  target: null,
}
const pathFields = { key: 'path', entities: slug, edges: edge }
const page = { limit: 100, backward: false, after: null, before: null }

const request = fc.record({
  graph: randomGraph,
  direction: fc.constantFrom('OUT', 'IN', 'ANY'),
  relations: fc.option(fc.uniqueArray(fc.nat(2))),
  depth: fc.nat(5),
  cost: fc.constantFrom('HOPS', 'WEIGHT', 'INVERSE_WEIGHT'),
  evenOnly: fc.boolean(),
  from: fc.nat(8),
  to: fc.nat(8),
  include: fc.constantFrom('WALKED', 'INDUCED'),
  maxEntities: fc.integer({ min: 1, max: 9 }),
})

describe('the database reader walks as the algorithms do', () => {
  it('on random graphs', async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        async ({ graph, direction, relations, depth, cost, evenOnly, include, ...given }) => {
          await writeRandomGraph(database.pool, graph)
          const topology = topologyOf(graph)
          const [from, to] = [given.from % graph.nodeCount, given.to % graph.nodeCount]
          const walk = { direction, relations: relations && relations.map((relation) => `r${relation}`) }
          const rules = { direction, relations: relations && new Set(relations) }
          const where = evenOnly ? { kind: { eq: 'even' } } : null
          const isListed = (node: number) => !evenOnly || node % 2 === 0
          const told = (path: { nodes: readonly number[]; edges: readonly number[]; cost: number }) => ({
            slugs: path.nodes.map(slugOf),
            edges: path.edges.map((number) => {
              const { relation, source, target } = graph.edges[number]!
              return `r${relation} ${slugOf(source)} ${slugOf(target)}`
            }),
            cost: path.cost,
          })
          const read = (path: PathRecord) => ({
            slugs: path.entities.map((entity) => entity.slug),
            edges: path.edges.map((e) => `${e.relationKey} ${e.sourceSlug} ${e.targetSlug}`),
            cost: path.cost,
          })

          const reached = reachByPaths(topology, from, { ...rules, maxDepth: depth })
          const reachRequest = { ...walk, where, minDepth: 0, maxDepth: depth }
          const fields = { key: 'reach', node: slug, path: pathFields }
          const { items } = await reader.reachableFrom(slugOf(from), {
            reach: reachRequest,
            page,
            fields,
            withPositions: true,
          })
          expect(
            items.map(({ item }) => [item.node.slug, item.depth, item.path!.entities.map((e) => e.slug)]),
          ).toEqual(
            Array.from(reached.nodes, (node, place) => [
              slugOf(node),
              depthAt(reached, place),
              pathTo(reached, place).map(slugOf),
            ]).filter((_, place) => isListed(reached.nodes[place]!)),
          )
          expect(await reader.sizeOfReachable(slugOf(from), reachRequest)).toEqual({
            count: items.length,
            truncated: false,
          })

          const pathRules = { ...rules, maxLength: depth, cost, through: evenOnly ? isListed : null }
          const pathRequest = { ...walk, maxLength: depth, cost, through: where }
          const expected = shortestPath(topology, from, to, pathRules)
          const found = await reader.shortestPath(slugOf(from), slugOf(to), pathRequest, pathFields)
          expect(found && read(found)).toEqual(expected && told(expected))
          const paths = await reader.pathsBetween(slugOf(from), slugOf(to), {
            paths: pathRequest,
            page,
            fields: pathFields,
            withTruncated: true,
          })
          const listed = [...simplePaths(topology, from, to, pathRules)]
          expect(paths.items.map(({ item }) => read(item))).toEqual(listed.slice(0, 100).map(told))

          const { maxEntities } = given
          for (const seeds of [null, [from, to]]) {
            const bounds = { depth, include, maxEntities, maxEdges: 8 }
            const cut = findSubgraph(topology, seeds, {
              ...rules,
              ...bounds,
              where: evenOnly ? isListed : null,
            })
            const subgraph = await reader.subgraph(
              { ...walk, ...bounds, where, seeds: seeds && seeds.map(slugOf) },
              { entities: slug, edges: edge },
            )
            expect(read({ ...subgraph, length: 0, cost: 0 })).toEqual(
              told({ ...cut, nodes: [...cut.nodes], edges: [...cut.edges], cost: 0 }),
            )
            expect(subgraph.truncated).toBe(cut.truncated)
          }

          const similar = await reader.similarTo(slugOf(from), 'SHARED_NEIGHBORS', 4, {
            entity: slug,
            shared: slug,
          })
          expect(similar).toEqual(
            similarByNeighbors(topology, from, 4).map(({ node, score }) => ({
              entity: { slug: slugOf(node) },
              score,
              shared: sharedNeighbors(topology, from, node).map((near) => ({ slug: slugOf(near) })),
            })),
          )
          const tags = tagSetsOf(Array.from({ length: graph.nodeCount }, (_, node) => tagsOf(node)))
          const byTags = await reader.similarTo(slugOf(from), 'SHARED_TAGS', 4, {
            entity: slug,
            shared: null,
          })
          expect(byTags.map(({ entity, score }) => [entity.slug, score])).toEqual(
            similarByTags(tags, from, 4).map(({ node, score }) => [slugOf(node), score]),
          )
        },
      ),
      { numRuns: 60 },
    )
  }, 120_000)

  it('finds nothing around a missing entity', async () => {
    const nowhere = await reader.reachableFrom('nowhere', {
      reach: { direction: 'ANY', relations: null, where: null, minDepth: 0, maxDepth: 3 },
      page,
      fields: { key: 'none', node: slug, path: null },
      withPositions: false,
    })
    expect(nowhere.items).toEqual([])
    expect(await reader.metricsOf('nowhere')).toBeNull()
  })
})
