import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveSnapshot, type EdgeChange, type EntityChange } from '../../src/graph/move-snapshot.ts'
import type { Snapshot } from '../../src/graph/snapshot.ts'
import { outgoingAt } from '../../src/graph/topology/topology.ts'
import {
  appendEdge,
  appendEntity,
  assembleSnapshot,
  describeSnapshot,
  stateOf,
  type PlainEdge,
  type PlainEntity,
  type PlainGraph,
} from '../support/built-graph.ts'
import { halfOf } from '../support/half-of.ts'

/** Everything that is stored, drafts too. */
interface Store {
  readonly entities: Map<string, PlainEntity & { readonly isPublished: boolean }>
  /** With the ids of their ends. */
  readonly edges: Map<string, Omit<PlainEdge, 'source' | 'target'> & { source: string; target: string }>
}

const idOf = (number: number, kind: 'a' | 'b') =>
  `${String(number).padStart(8, '0')}-0000-4000-8000-${kind.repeat(12)}`
const entityIds = Array.from({ length: 7 }, (_, at) => idOf(at, 'a'))
const edgeIds = Array.from({ length: 9 }, (_, at) => idOf(at, 'b'))
const slugs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'aa', 'zz', '0']

const entityId = fc.constantFrom(...entityIds)
const step = fc.oneof(
  fc.record({
    do: fc.constant('put' as const),
    id: entityId,
    slug: fc.constantFrom(...slugs),
    title: fc.constantFrom('One', 'Two "x"', 'Drei ü'),
    tags: fc.uniqueArray(fc.constantFrom('red', 'green', 'blue'), { maxLength: 3 }),
    isPublished: fc.boolean(),
  }),
  fc.record({ do: fc.constant('publish' as const), id: entityId, isPublished: fc.boolean() }),
  fc.record({ do: fc.constant('remove' as const), id: entityId }),
  fc.record({ do: fc.constant('swap' as const), id: entityId, other: entityId }),
  fc.record({
    do: fc.constant('join' as const),
    id: fc.constantFrom(...edgeIds),
    source: entityId,
    target: entityId,
    relation: fc.constantFrom('knows' as const, 'likes' as const),
    weight: fc.constantFrom(NaN, 1, 2),
  }),
  fc.record({ do: fc.constant('part' as const), id: fc.constantFrom(...edgeIds) }),
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** Does one step where it is possible, and tells of what it touched as the feed of changes would. */
function apply({ entities, edges }: Store, change: Step, touched: Set<string>): void {
  const touch = (id: string) => {
    touched.add(id)
    // An edge is told of again when an end of it is renamed, or comes and goes.
    for (const edge of edges.values()) if (edge.source === id || edge.target === id) touched.add(edge.id)
  }
  const { id } = change
  const known = entities.get(id)
  switch (change.do) {
    case 'put': {
      if (known?.slug !== change.slug && [...entities.values()].some(({ slug }) => slug === change.slug))
        return
      entities.set(id, change)
      return touch(id)
    }
    case 'publish':
      if (known === undefined) return
      entities.set(id, { ...known, isPublished: change.isPublished })
      return touch(id)
    case 'remove':
      touch(id)
      for (const edge of edges.values()) if (edge.source === id || edge.target === id) edges.delete(edge.id)
      return void entities.delete(id)
    case 'swap': {
      const other = entities.get(change.other)
      if (known === undefined || other === undefined || known === other) return
      entities.set(id, { ...known, slug: other.slug }).set(other.id, { ...other, slug: known.slug })
      touch(id)
      return touch(other.id)
    }
    case 'join':
      if (!entities.has(change.source) || !entities.has(change.target)) return
      edges.set(id, change)
      return touch(id)
    case 'part':
      edges.delete(id)
      touched.add(id)
  }
}

function publishedOf({ entities, edges }: Store): PlainGraph {
  const published = [...entities.values()].filter(({ isPublished }) => isPublished)
  const shown = new Map(published.map(({ id, slug }) => [id, slug]))
  const slugOf = (id: string) => shown.get(id)
  return {
    entities: published,
    edges: [...edges.values()].flatMap((edge) => {
      const [source, target] = [slugOf(edge.source), slugOf(edge.target)]
      return source === undefined || target === undefined ? [] : { ...edge, source, target }
    }),
  }
}

function move(before: Snapshot, graph: PlainGraph, slugs: Store['entities'], touched: Set<string>): Snapshot {
  const { lineage } = before
  const [entities, edges] = [graph.entities, graph.edges].map(
    (all) => new Map(all.map((one) => [one.id, one])),
  ) as [Map<string, PlainEntity>, Map<string, PlainEdge>]
  const entityChanges: EntityChange[] = []
  const edgeChanges: EdgeChange[] = []
  for (const id of touched) {
    if (id.endsWith('a')) {
      const entity = entities.get(id)
      const slug = slugs.get(id)?.slug ?? 'forgotten'
      entityChanges.push({ id, slug, row: entity ? appendEntity(lineage, entity) : null })
    } else {
      const edge = edges.get(id)
      edgeChanges.push({
        id,
        edge: edge ? { number: appendEdge(lineage, edge), source: edge.source, target: edge.target } : null,
      })
    }
  }
  return moveSnapshot(before, stateOf(before.state.version + 1), entityChanges, edgeChanges)
}

test('a snapshot that was moved on says what one assembled anew says, and those before it stay as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), (rounds) => {
      const store: Store = { entities: new Map(), edges: new Map() }
      let snapshot = assembleSnapshot({ entities: [], edges: [] }, 0)
      const former: [Snapshot, object][] = []
      for (const [round, steps] of rounds.entries()) {
        former.push([snapshot, describeSnapshot(snapshot)])
        const touched = new Set<string>()
        for (const one of steps) apply(store, one, touched)
        const graph = publishedOf(store)
        snapshot = move(snapshot, graph, store.entities, touched)
        expect(describeSnapshot(snapshot)).toEqual(describeSnapshot(assembleSnapshot(graph, round + 1)))
      }
      for (const [old, said] of former) expect(describeSnapshot(old)).toEqual(said)
    }),
    { numRuns: 200 },
  )
})

test('a change of values alone keeps the topology', () => {
  const entity = { id: entityIds[0]!, slug: 'a', title: 'Old', tags: [], isPublished: true }
  const before = assembleSnapshot({ entities: [entity], edges: [] })
  const row = appendEntity(before.lineage, { ...entity, title: 'New' })
  const after = moveSnapshot(before, stateOf(2), [{ id: entity.id, slug: 'a', row }], [])
  expect(after.topology).toBe(before.topology)
  expect(after.heap.text(after.entities.title[after.rowOf.get(0)]!)).toBe('New')
  expect(before.heap.text(before.entities.title[before.rowOf.get(0)]!)).toBe('Old')
  expect(after.staleRows).toBe(1)
})

test('an old snapshot is read while thousands of rows are added behind it', () => {
  const graph: PlainGraph = {
    entities: ['a', 'b'].map((slug, at) => ({
      id: entityIds[at]!,
      slug,
      title: slug.toUpperCase(),
      tags: ['red'],
    })),
    edges: [{ id: edgeIds[0]!, source: 'a', target: 'b', relation: 'likes', weight: 1 }],
  }
  const before = assembleSnapshot(graph)
  const said = describeSnapshot(before)
  const changes: EntityChange[] = Array.from({ length: 3000 }, (_, at) => {
    const entity = {
      id: idOf(1000 + at, 'a'),
      slug: `n${at}`,
      title: 'x'.repeat(at % 300),
      tags: [`t${at % 50}`],
    }
    return { id: entity.id, slug: entity.slug, row: appendEntity(before.lineage, entity) }
  })
  const after = moveSnapshot(before, stateOf(2), changes, [])
  expect(after.nodeCount).toBe(3002)
  expect(after.slugOf(halfOf(after.topology, after.find('a'), outgoingAt)[0]!.far)).toBe('b')
  expect(describeSnapshot(before)).toEqual(said)
})

/** Everything is numbered anew while a number is free, whose degree must not become that of another node. */
const renumberedWithFreeNumbers = (
  [
    [1, 0, 1, true],
    [0, 0, 1, true],
    [0, 0, 1, true],
    [0, 0, 1, true],
    [0, 0, 2, true],
    [0, 0, 1, false],
    [0, 0, 1, true],
    [0, 1, 1, false],
    [0, 1, 1, false],
    [0, 0, 4, true],
    [0, 0, 1, false],
  ] as const
).map(([place, from, count, doesCome]) => ({ place, from, count, doesCome, title: 'One' as const }))

test('of hundreds of nodes that come and go in few places, alone and together, each is where its slug belongs', () => {
  const slug = (place: number, at: number) => `p${place}-${String(at).padStart(4, '0')}`
  const round = fc.record({
    place: fc.nat(3),
    from: fc.nat(200),
    count: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })),
    doesCome: fc.oneof(
      { weight: 3, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    title: fc.constantFrom('One' as const, 'Drei ü' as const),
  })
  fc.assert(
    fc.property(fc.array(round, { minLength: 10, maxLength: 20 }), (rounds) => {
      const store: Store = { entities: new Map(), edges: new Map() }
      let snapshot = assembleSnapshot({ entities: [], edges: [] }, 0)
      for (const { place, from, count, doesCome, title } of rounds) {
        const touched = new Set<string>()
        const change = (one: Step) => apply(store, one, touched)
        for (let at = from; at < from + count; at++) {
          const id = idOf(place * 1000 + at, 'a')
          if (!doesCome) change({ do: 'publish', id, isPublished: false })
          else change({ do: 'put', id, slug: slug(place, at), title, tags: ['red'], isPublished: true })
          const other = idOf(((place + 1) % 4) * 1000 + (at % 97), 'a')
          if (at % 3 === 0)
            change({
              do: 'join',
              id: idOf(place * 1000 + at, 'b'),
              source: id,
              target: other,
              relation: 'likes',
              weight: 1,
            })
        }
        snapshot = move(snapshot, publishedOf(store), store.entities, touched)
        if (snapshot.state.version === 3) describeSnapshot(snapshot)
      }
      const { version } = snapshot.state
      expect(describeSnapshot(snapshot)).toEqual(
        describeSnapshot(assembleSnapshot(publishedOf(store), version)),
      )
    }),
    { numRuns: 10, examples: [[renumberedWithFreeNumbers]] },
  )
})
