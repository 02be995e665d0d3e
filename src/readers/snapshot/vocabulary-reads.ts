import { compareCodePoints } from '../../domain/text/code-points.ts'
import { eachHalfEdge, type Halves } from '../../graph/topology/adjacency.ts'
import { carried } from '../../graph/columns/carried.ts'
import { countComponents } from '../../graph/topology/count-components.ts'
import { inTurns } from '../../graph/in-turns.ts'
import { relationCounts } from '../../graph/lists/edges.ts'
import { nodesOfDomain, nodesOfKind, tagCounts } from '../../graph/columns/postings.ts'
import { nodesOf, type Snapshot } from '../../graph/snapshot.ts'
import type { VocabularyReader } from '../vocabulary-reader.ts'
import { toBuckets } from './facets.ts'
import { graphHashOf } from './keeper/graph-hash.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'

export function createVocabularyReads({ snapshot }: MemoryGraph): VocabularyReader {
  const { kinds, relations, domains } = snapshot.terms
  const kindCount = (key: string) => nodesOfKind(snapshot, kinds.find(key) ?? -1).length
  const domainCount = (key: string) => nodesOfDomain(snapshot, domains.find(key) ?? -1).length
  const relationCount = (key: string) => snapshot.derive(relationCounts)[relations.find(key) ?? -1] ?? 0
  const buckets = (
    terms: readonly { readonly key: string; readonly label: string }[],
    count: (key: string) => number,
  ) => {
    const labels = new Map(terms.map(({ key, label }) => [key, label]))
    return toBuckets(
      terms.map(({ key }) => [key, count(key)] as const),
      (key) => labels.get(key)!,
    )
  }
  return {
    kinds: () => kinds.all,
    relations: () => relations.all,
    domains: () => domains.all.toSorted((a, b) => a.position - b.position || (a.key < b.key ? -1 : 1)),
    kind: (key) => kinds.all[kinds.find(key)!]!,
    relation: (key) => relations.all[relations.find(key)!]!,
    domain: (key) => domains.all[domains.find(key)!]!,
    countOfKind: kindCount,
    countOfRelation: relationCount,
    countOfDomain: domainCount,
    tags(startsWith, limit) {
      const { names } = snapshot.tagNames
      return tagCounts(snapshot)
        .map(([tag, count]) => ({ tag: names[tag]!, count }))
        .filter(({ tag }) => tag.startsWith(startsWith ?? ''))
        .sort((a, b) => b.count - a.count || compareCodePoints(a.tag, b.tag))
        .slice(0, limit)
    },
    statistics: () => ({
      entityCount: snapshot.nodeCount,
      edgeCount: snapshot.edgeCount,
      isolatedCount: snapshot.derive(isolatedCount),
      byKind: buckets(kinds.all, kindCount),
      byRelation: buckets(relations.all, relationCount),
      byDomain: buckets(domains.all, domainCount),
      computedAt: snapshot.state.changedAt,
    }),
    componentCount: () => snapshot.derive(componentCount),
    graphHash: () => snapshot.derive(graphHashOf),
    graphVersion: () => snapshot.state.version,
  }
}

function componentCount(snapshot: Snapshot): Promise<number> {
  return inTurns(countComponents(snapshot))
}

const isolatedCount = carried(
  (snapshot) => countIsolated(snapshot, nodesOf(snapshot)),
  (count, { before, after, goingNodes, comingNodes, touchedNodes }) =>
    count -
    countIsolated(before, [...goingNodes, ...touchedNodes]) +
    countIsolated(after, [...comingNodes, ...touchedNodes]),
)

const anyEdges: Halves = { direction: 'ANY', relations: null }

function countIsolated({ topology }: Snapshot, nodes: Iterable<number>): number {
  let count = 0
  for (const node of nodes) if (!eachHalfEdge(topology, node, anyEdges, () => true)) count++
  return count
}
