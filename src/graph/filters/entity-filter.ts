import type { EdgeMatch, EdgeQuantifier, EntityFilter, TagSetFilter } from '../../domain/graph/filter.ts'
import { degreesOf, eachHalfEdge, selectHalves } from '../topology/adjacency.ts'
import { carried } from '../columns/carried.ts'
import { noDomain } from '../columns/entity-table.ts'
import { attributeTest } from './json-tests.ts'
import { askDatabaseIfThere } from '../not-in-memory.ts'
import type { PublishedGraph } from '../published-graph.ts'
import { nodesOf, type Snapshot } from '../snapshot.ts'
import { allTests, dateTimeTest, floatTest, intTest, keyTest, stringTest, type Test } from './value-tests.ts'

/** Null if the filter matches all. Throws NotInMemoryError where only the database can decide. */
export function entityTest(
  graph: PublishedGraph,
  filter: EntityFilter | null | undefined,
): Test<number> | null {
  if (!filter) return null
  const { snapshot, marks } = graph
  const { rowOf, entities, terms, heap } = snapshot
  const { and, or, not, status, degree, hasMedia, hasSource } = filter
  const title = stringTest(filter.title)
  const created = dateTimeTest(filter.createdAt)
  const updated = dateTimeTest(filter.updatedAt)
  const slug = keyTest(filter.slug)
  return allTests<number>([
    ...(and ?? []).map((branch) => entityTest(graph, branch)),
    or ? anyTest(or.map((branch) => entityTest(graph, branch))) : null,
    not ? notTest(entityTest(graph, not)) : null,
    slug && ((node) => slug(snapshot.slugOf(node))),
    termTest(keyTest(filter.kind), terms.kinds.all, (node) => entities.kind[rowOf.get(node)]!),
    termTest(keyTest(filter.domain), terms.domains.all, (node) => entities.domain[rowOf.get(node)]!),
    title &&
      ((node) => {
        const row = rowOf.get(node)
        return title({
          text: heap.text(entities.title[row]!),
          folded: () => heap.text(entities.titleKey[row]!),
        })
      }),
    status ? (status.includes('PUBLISHED') ? null : () => false) : null,
    tagTest(snapshot, filter.tags),
    attributesTest(snapshot, filter.attributes),
    created && ((node) => created(entities.createdAt[rowOf.get(node)]!)),
    updated && ((node) => updated(entities.updatedAt[rowOf.get(node)]!)),
    degree ? degreeTest(snapshot, degree) : null,
    hasMedia != null ? (node) => marks.hasMedia(node) === hasMedia : null,
    hasSource != null ? (node) => marks.hasSource(node) === hasSource : null,
    quantifierTest(graph, filter.edges),
  ])
}

export function anyTest<Value>(tests: readonly (Test<Value> | null)[]): Test<Value> | null {
  if (tests.includes(null)) return null
  return (value) => tests.some((test) => test!(value))
}

export function notTest<Value>(test: Test<Value> | null): Test<Value> {
  return test === null ? () => false : (value) => !test(value)
}

/** A test of keys, precomputed for each term. */
export function termTest(
  test: Test<string | null> | null,
  terms: readonly { readonly key: string }[],
  numberOf: (item: number) => number,
): Test<number> | null {
  if (test === null) return null
  const passes = terms.map(({ key }) => test(key))
  const passesNull = test(null)
  return (item) => {
    const number = numberOf(item)
    return number === noDomain ? passesNull : passes[number]!
  }
}

function tagTest(snapshot: Snapshot, filter: TagSetFilter | null | undefined): Test<number> | null {
  if (!filter) return null
  const { rowOf, entities, tags, tagNames } = snapshot
  const { hasAny, hasAll, hasNone, isEmpty } = filter
  const numbersOf = (names: readonly string[]) => [...new Set(names)].map((tag) => tagNames.find(tag) ?? -1)
  const has = (node: number, tag: number) => {
    const row = rowOf.get(node)
    const start = entities.tagStart[row]!
    for (let at = start; at < start + entities.tagCount[row]!; at++) if (tags[at] === tag) return true
    return false
  }
  const some = hasAny != null ? numbersOf(hasAny) : null
  const every = hasAll != null ? numbersOf(hasAll) : null
  const none = hasNone != null ? numbersOf(hasNone) : null
  return allTests<number>([
    some && ((node) => some.some((tag) => has(node, tag))),
    every && ((node) => every.every((tag) => has(node, tag))),
    none && ((node) => !none.some((tag) => has(node, tag))),
    isEmpty != null ? (node) => (entities.tagCount[rowOf.get(node)] === 0) === isEmpty : null,
  ])
}

function attributesTest(snapshot: Snapshot, filters: EntityFilter['attributes']): Test<number> | null {
  const test = attributeTest(filters)
  if (test === null) return null
  if (snapshot.derive(inexactEntities) > 0) askForExactNumbers()
  const { heap, entities, rowOf } = snapshot
  return (node) => test(attributesAt(heap, entities.attributes[rowOf.get(node)]!))
}

/** The attributes at an address; 0 means none. */
export function attributesAt(heap: Snapshot['heap'], address: number): Record<string, unknown> {
  return address === 0 ? {} : (JSON.parse(heap.json(address)) as Record<string, unknown>)
}

/** Numbers that doubles may not hold exactly: PostgreSQL compares all digits. */
const inexactNumber = /\d[\d.]{14}|\d[eE]/

export function askForExactNumbers(): void {
  askDatabaseIfThere('The attributes hold numbers that only the database compares exactly.')
}

const inexactEntities = carried(
  (snapshot) => countInexact(snapshot, nodesOf(snapshot)),
  (count, { before, after, goingNodes, comingNodes }) =>
    count - countInexact(before, goingNodes) + countInexact(after, comingNodes),
)

function countInexact({ heap, entities, rowOf }: Snapshot, nodes: Iterable<number>): number {
  let count = 0
  for (const node of nodes) if (hasInexactNumber(heap, entities.attributes[rowOf.get(node)]!)) count++
  return count
}

export function hasInexactNumber(heap: Snapshot['heap'], address: number): boolean {
  return address !== 0 && inexactNumber.test(heap.json(address))
}

function degreeTest(snapshot: Snapshot, filter: NonNullable<EntityFilter['degree']>): Test<number> | null {
  const test = intTest(filter)
  const degrees = degreesOf(snapshot, 'ANY')
  return test && ((node) => test(degrees.get(node)))
}

/** `direction` and `relations` select edges; `every` tests only the selected ones. */
function quantifierTest(
  graph: PublishedGraph,
  quantifier: EdgeQuantifier | null | undefined,
): Test<number> | null {
  if (!quantifier) return null
  const { some, every, none } = quantifier
  return allTests<number>([
    some ? edgeMatchTest(graph, some, true) : null,
    every ? notTest(edgeMatchTest(graph, every, false)) : null,
    none ? notTest(edgeMatchTest(graph, none, true)) : null,
  ])
}

/** Whether a node has a selected edge that passes (or, if `wanted` is false, fails). */
function edgeMatchTest(graph: PublishedGraph, match: EdgeMatch, wanted: boolean): Test<number> {
  const { snapshot } = graph
  const { topology } = snapshot
  const weight = floatTest(match.weight)
  const entity = entityTest(graph, match.entity)
  const halves = selectHalves(snapshot, { direction: match.direction, relations: match.relations ?? null })
  return (node) =>
    eachHalfEdge(
      topology,
      node,
      halves,
      (far, edge) =>
        ((weight === null || weight(topology.weightOf[edge]!)) && (entity === null || entity(far))) ===
        wanted,
    )
}
