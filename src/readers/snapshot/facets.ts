import { compareCodePoints } from '../../domain/text/code-points.ts'
import { noDomain } from '../../graph/columns/entity-table.ts'
import { nodesOfDomain, nodesOfKind, tagCounts, type NodeList } from '../../graph/columns/postings.ts'
import type { Snapshot } from '../../graph/snapshot.ts'
import type { EntityFacetField, FacetBucket } from '../graph-reader.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'

/** By descending count, then value. */
export function toBuckets(
  counts: Iterable<readonly [value: string, count: number]>,
  labelOf: (value: string) => string,
  limit = Infinity,
): FacetBucket[] {
  return [...counts]
    .filter(([, count]) => count > 0)
    .sort(([a, one], [b, other]) => other - one || compareCodePoints(a, b))
    .slice(0, limit)
    .map(([value, count]) => ({ value, label: labelOf(value), count }))
}

/** Buckets over all nodes; null if they must be scanned. */
export function countFacetOfAll(
  { snapshot }: MemoryGraph,
  field: EntityFacetField,
  limit: number,
): FacetBucket[] | null {
  const { terms, tagNames } = snapshot
  const counted = <Term extends { readonly key: string; readonly label: string }>(
    all: readonly Term[],
    nodesOf: (snapshot: Snapshot, number: number) => NodeList,
  ) => bucketsOf(all, limit, (number) => nodesOf(snapshot, number).length)
  switch (field) {
    case 'KIND':
      return counted(terms.kinds.all, nodesOfKind)
    case 'DOMAIN':
      return counted(terms.domains.all, nodesOfDomain)
    case 'TAG':
      return toBuckets(
        tagCounts(snapshot).map(([tag, count]) => [tagNames.names[tag]!, count] as const),
        (tag) => tag,
        limit,
      )
    case 'STATUS':
    case 'SOURCE':
      return null
  }
}

export function countFacet(
  graph: MemoryGraph,
  field: EntityFacetField,
  limit: number,
  nodes: NodeList,
): FacetBucket[] {
  const { entities, rowOf, terms, tags, tagNames } = graph.snapshot
  switch (field) {
    case 'KIND':
      return termBuckets(terms.kinds.all, limit, nodes, (node) => entities.kind[rowOf.get(node)]!)
    case 'DOMAIN':
      return termBuckets(terms.domains.all, limit, nodes, (node) => entities.domain[rowOf.get(node)]!)
    case 'STATUS':
      return toBuckets([['PUBLISHED', nodes.length]], () => 'Published', limit)
    case 'TAG': {
      const counts = new Map<string, number>()
      nodes.forEach((node) => {
        const row = rowOf.get(node)
        const start = entities.tagStart[row]!
        for (let at = start; at < start + entities.tagCount[row]!; at++)
          add(counts, tagNames.names[tags[at]!]!)
      })
      return toBuckets(counts, (tag) => tag, limit)
    }
    case 'SOURCE':
      return sourceBuckets(graph, limit, nodes)
  }
}

function add(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1)
}

function termBuckets(
  terms: readonly { readonly key: string; readonly label: string }[],
  limit: number,
  nodes: NodeList,
  numberOf: (node: number) => number,
): FacetBucket[] {
  const counts = new Uint32Array(terms.length)
  nodes.forEach((node) => {
    const number = numberOf(node)
    if (number !== noDomain) counts[number]!++
  })
  return bucketsOf(terms, limit, (number) => counts[number]!)
}

function bucketsOf(
  terms: readonly { readonly key: string; readonly label: string }[],
  limit: number,
  countOf: (number: number) => number,
): FacetBucket[] {
  const labels = new Map(terms.map(({ key, label }) => [key, label]))
  return toBuckets(
    terms.map(({ key }, number) => [key, countOf(number)] as const),
    (key) => labels.get(key)!,
    limit,
  )
}

/** An entity that cites a document several times counts once. */
function sourceBuckets(graph: MemoryGraph, limit: number, nodes: NodeList): FacetBucket[] {
  const { sources } = graph.nouns
  const counts = new Map<string, number>()
  const titles = new Map<string, string>()
  for (const node of nodes) {
    const cited = sources.rowsOf(graph.idOf(node)).map((row) => sources.documentOf(row))
    for (const uri of new Set(cited.map((document) => document.uri))) add(counts, uri)
    for (const { uri, title } of cited) {
      const known = titles.get(uri)
      if (title !== null && (known === undefined || compareCodePoints(title, known) < 0))
        titles.set(uri, title)
    }
  }
  return toBuckets(counts, (uri) => titles.get(uri) ?? uri, limit)
}
