import type { GraphEdgeFilter } from '../../domain/graph/filter.ts'
import {
  anyTest,
  attributesAt,
  entityTest,
  hasInexactNumber,
  askForExactNumbers,
  notTest,
  termTest,
} from './entity-filter.ts'
import { carried } from '../columns/carried.ts'
import { attributeTest } from './json-tests.ts'
import type { PublishedGraph } from '../published-graph.ts'
import { edgesOf, type Snapshot } from '../snapshot.ts'
import { allTests, dateTimeTest, floatTest, keyTest, type Test } from './value-tests.ts'

/** Null if the filter matches all. Throws NotInMemoryError where only the database can decide. */
export function edgeTest(
  graph: PublishedGraph,
  filter: GraphEdgeFilter | null | undefined,
): Test<number> | null {
  if (!filter) return null
  const { edges, terms, sourceOf, targetOf } = graph.snapshot
  const { and, or, not } = filter
  const weight = floatTest(filter.weight)
  const source = entityTest(graph, filter.source)
  const target = entityTest(graph, filter.target)
  const updated = dateTimeTest(filter.updatedAt)
  return allTests<number>([
    ...(and ?? []).map((branch) => edgeTest(graph, branch)),
    or ? anyTest(or.map((branch) => edgeTest(graph, branch))) : null,
    not ? notTest(edgeTest(graph, not)) : null,
    termTest(keyTest(filter.relation), terms.relations.all, (edge) => edges.relation[edge]!),
    weight && ((edge) => weight(edges.weight[edge]!)),
    source && ((edge) => source(sourceOf.get(edge))),
    target && ((edge) => target(targetOf.get(edge))),
    attributesTest(graph.snapshot, filter.attributes),
    updated && ((edge) => updated(edges.updatedAt[edge]!)),
  ])
}

function attributesTest(snapshot: Snapshot, filters: GraphEdgeFilter['attributes']): Test<number> | null {
  const test = attributeTest(filters)
  if (test === null) return null
  if (snapshot.derive(inexactEdges) > 0) askForExactNumbers()
  const { heap, edges } = snapshot
  return (edge) => test(attributesAt(heap, edges.attributes[edge]!))
}

const inexactEdges = carried(
  (snapshot) => countInexact(snapshot, edgesOf(snapshot)),
  (count, { after, goingEdges, comingEdges }) =>
    count - countInexact(after, goingEdges) + countInexact(after, comingEdges),
)

function countInexact({ heap, edges }: Snapshot, numbers: Iterable<number>): number {
  let count = 0
  for (const edge of numbers) if (hasInexactNumber(heap, edges.attributes[edge]!)) count++
  return count
}
