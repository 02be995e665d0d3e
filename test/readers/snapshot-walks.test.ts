import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EntityFilter } from '../../src/domain/graph/filter.ts'
import type { Page, PageRequest } from '../../src/domain/paging/page.ts'
import { createReaders } from '../../src/readers/database/create-readers.ts'
import { createFieldSet } from '../../src/readers/fields.ts'
import type { Positioned } from '../../src/readers/record.ts'
import type { Reader } from '../../src/readers/reader.ts'
import { readGraph } from '../../src/readers/snapshot/keeper/read-graph.ts'
import { createSnapshotReader } from '../../src/readers/snapshot/snapshot-reader.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { draftSlug, slugOf, writeRandomGraph } from '../support/random-database.ts'
import { randomGraph } from '../support/random-topology.ts'

// Memory and SQL check each other: the same walk must return the same records, positions and pages.

let database: TestDatabase
let inSql: Reader
beforeAll(async () => {
  database = await createTestDatabase()
  inSql = createReaders(database.pool).now.published
})
afterAll(() => database.drop())

/** A memory reader that must not use the database. */
async function readerOfMemory(): Promise<Reader> {
  return createSnapshotReader(await readGraph(database.pool, null, 2 ** 30), {} as Reader)
}

const entity = createFieldSet(['id', 'slug', 'kindKey', 'title', 'tags', 'status'] as const)
const edge = {
  ...createFieldSet(['id', 'relationKey', 'sourceSlug', 'targetSlug', 'weight'] as const),
  source: createFieldSet(['slug', 'tags'] as const),
  target: null,
}
const pathFields = { key: 'path', entities: entity, edges: edge }

const kind: fc.Arbitrary<EntityFilter> = fc.constantFrom(
  { kind: { eq: 'even' } },
  { kind: { ne: 'even' } },
  { kind: { eq: 'unknown' } },
  { tags: { hasAny: ['0', '4'] } },
  { slug: { in: ['n1', 'n3', 'n4', 'nowhere'] } },
  { degree: { gte: 3 } },
  { not: { edges: { some: { direction: 'OUT', relations: ['r0'] } } } },
)
const where = fc.option(kind)
// May pick a node beyond a small graph, or a draft.
const start = fc.oneof({ weight: 8, arbitrary: fc.nat(8).map(slugOf) }, fc.constantFrom(draftSlug, 'nowhere'))
const adjacency = fc.record({
  direction: fc.constantFrom('OUT', 'IN', 'ANY'),
  relations: fc.option(fc.uniqueArray(fc.constantFrom('r0', 'r1', 'r2', 'unknown'))),
})
const someArguments = fc.record({
  start,
  end: start,
  adjacency,
  where,
  minDepth: fc.nat(2),
  maxDepth: fc.nat(5),
  withPath: fc.boolean(),
  maxLength: fc.nat(6),
  cost: fc.constantFrom('HOPS', 'WEIGHT', 'INVERSE_WEIGHT'),
  withTruncated: fc.boolean(),
  limit: fc.integer({ min: 1, max: 5 }),
  backward: fc.boolean(),
  seeds: fc.option(fc.array(start, { maxLength: 3 })),
  include: fc.constantFrom('WALKED', 'INDUCED'),
  maxEntities: fc.integer({ min: 1, max: 9 }),
  maxEdges: fc.integer({ min: 1, max: 9 }),
})
type Arguments = typeof someArguments extends fc.Arbitrary<infer Value> ? Value : never

async function allPages<List extends Page<Positioned<unknown>>>(
  limit: number,
  backward: boolean,
  read: (page: PageRequest) => List | Promise<List>,
): Promise<List[]> {
  const pages: List[] = []
  let bounds: Pick<PageRequest, 'after' | 'before'> = { after: null, before: null }
  while (pages.length < 10) {
    const page = await read({ limit, backward, ...bounds })
    pages.push(page)
    const last = backward ? page.items[0] : page.items.at(-1)
    if (last === undefined || !(backward ? page.hasPreviousPage : page.hasNextPage)) break
    bounds = backward ? { after: null, before: last.position } : { after: last.position, before: null }
  }
  return pages
}

async function answersOf(reader: Reader, given: Arguments) {
  const { limit, backward, minDepth, maxDepth, maxLength, cost } = given
  const reach = { ...given.adjacency, where: given.where, minDepth, maxDepth }
  const paths = { ...given.adjacency, through: given.where, maxLength, cost }
  const { seeds, include, maxEntities, maxEdges } = given
  const bounds = { include, maxEntities, maxEdges, depth: maxDepth }
  const fields = { key: `reach ${given.withPath}`, node: entity, path: given.withPath ? pathFields : null }
  return {
    reachable: await allPages(limit, backward, (page) =>
      reader.reachableFrom(given.start, { reach, page, fields, withPositions: true }),
    ),
    size: await reader.sizeOfReachable(given.start, reach),
    path: await reader.shortestPath(given.start, given.end, paths, pathFields),
    paths: await allPages(limit, false, (page) =>
      reader.pathsBetween(given.start, given.end, {
        paths,
        page,
        fields: pathFields,
        withTruncated: given.withTruncated,
      }),
    ),
    subgraph: await reader.subgraph(
      { ...given.adjacency, ...bounds, where: given.where, seeds },
      { entities: entity, edges: edge },
    ),
    byNeighbors: await reader.similarTo(given.start, 'SHARED_NEIGHBORS', limit, { entity, shared: entity }),
    byNeighborsAlone: await reader.similarTo(given.start, 'SHARED_NEIGHBORS', limit, {
      entity,
      shared: null,
    }),
    byTags: await reader.similarTo(given.start, 'SHARED_TAGS', limit, { entity, shared: entity }),
    components: await reader.componentCount(),
  }
}

function isSame(compare: (memory: Reader, given: Arguments) => Promise<void>) {
  return fc.asyncProperty(
    randomGraph,
    fc.array(someArguments, { minLength: 4, maxLength: 8 }),
    async (graph, questions) => {
      await writeRandomGraph(database.pool, graph)
      const memory = await readerOfMemory()
      for (const given of questions) await compare(memory, given)
    },
  )
}

describe('memory walks as SQL does', () => {
  it('on random graphs with random arguments', async () => {
    await fc.assert(
      isSame(async (memory, given) => {
        expect(await answersOf(memory, given)).toEqual(await answersOf(inSql, given))
      }),
      { numRuns: 40 },
    )
  }, 240_000)

  it.each([
    [
      'a walk one step too short',
      (memory: Reader): Partial<Reader> => ({
        sizeOfReachable: (slug, reach) =>
          memory.sizeOfReachable(slug, { ...reach, maxDepth: reach.maxDepth - 1 }),
      }),
    ],
    [
      'ties of likeness the wrong way round',
      (memory: Reader): Partial<Reader> => ({
        similarTo: async (...args) => (await memory.similarTo(...args)).toReversed(),
      }),
    ],
    [
      'paths through what they may not pass',
      (memory: Reader): Partial<Reader> => ({
        shortestPath: (from, to, paths, fields) =>
          memory.shortestPath(from, to, { ...paths, through: null }, fields),
      }),
    ],
  ])(
    'would not pass with %s',
    async (_, plant) => {
      const { errorInstance } = await fc.check(
        isSame(async (memory, given) => {
          const wrong = { ...memory, ...plant(memory) }
          expect(await answersOf(wrong, given)).toEqual(await answersOf(inSql, given))
        }),
        { numRuns: 1000, endOnFailure: true },
      )
      expect((errorInstance as Error).name).toBe('AssertionError')
    },
    240_000,
  )

  it('measures as SQL does, once per graph', async () => {
    const [graph] = fc.sample(randomGraph, { numRuns: 1, seed: 7 })
    await writeRandomGraph(database.pool, graph!)
    const memory = await readerOfMemory()
    const slugs = [
      ...Array.from({ length: graph!.nodeCount }, (_, node) => slugOf(node)),
      'nowhere',
      draftSlug,
    ]
    const measured = (reader: Reader) => Promise.all(slugs.map(async (slug) => reader.metricsOf(slug)))
    const withHash = async (records: Awaited<ReturnType<typeof measured>>) =>
      Promise.all(records.map(async (record) => record && { ...record, graphHash: await record.graphHash }))
    const withoutMoment = async (records: Awaited<ReturnType<typeof measured>>) =>
      (await withHash(records)).map((record) => record && { ...record, computedAt: '' })
    const found = await measured(memory)
    expect(await withoutMoment(found)).toEqual(await withoutMoment(await measured(inSql)))
    expect(new Set(found.flatMap((record) => record?.computedAt ?? [])).size).toBe(1)
    expect(await withHash(await measured(memory))).toEqual(await withHash(found))
  })
})
