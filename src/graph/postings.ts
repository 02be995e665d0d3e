import type { EntityFilter } from '../domain/filter.ts'
import { noDomain } from './entity-table.ts'
import type { Snapshot } from './snapshot.ts'

/** Nodes of each number of a column, in order. */
type Postings = ReadonlyMap<number, Uint32Array>

const none = new Uint32Array(0)

function collect(snapshot: Snapshot, visit: (node: number, add: (number: number) => void) => void): Postings {
  const lists = new Map<number, number[]>()
  for (let node = 0; node < snapshot.nodeCount; node++)
    visit(node, (number) => {
      const list = lists.get(number)
      if (list === undefined) lists.set(number, [node])
      else list.push(node)
    })
  return new Map([...lists].map(([number, nodes]) => [number, Uint32Array.from(nodes)]))
}

function byKind(snapshot: Snapshot): Postings {
  const { entities, rowOf } = snapshot
  return collect(snapshot, (node, add) => add(entities.kind[rowOf[node]!]!))
}

function byDomain(snapshot: Snapshot): Postings {
  const { entities, rowOf } = snapshot
  return collect(snapshot, (node, add) => {
    const domain = entities.domain[rowOf[node]!]!
    if (domain !== noDomain) add(domain)
  })
}

function byTag(snapshot: Snapshot): Postings {
  const { entities, rowOf, tags } = snapshot
  return collect(snapshot, (node, add) => {
    const row = rowOf[node]!
    const start = entities.tagStart[row]!
    for (let at = start; at < start + entities.tagCount[row]!; at++) add(tags[at]!)
  })
}

export function nodesOfKind(snapshot: Snapshot, kind: number): Uint32Array {
  return snapshot.derive(byKind).get(kind) ?? none
}

export function nodesOfDomain(snapshot: Snapshot, domain: number): Uint32Array {
  return snapshot.derive(byDomain).get(domain) ?? none
}

/** By number of the tag: how many entities have it. */
export function tagCounts(snapshot: Snapshot): [tag: number, count: number][] {
  return [...snapshot.derive(byTag)].map(([tag, nodes]) => [tag, nodes.length])
}

/**
 * The shortest list, in order, that is known to hold all nodes which a filter lets pass; null where none is known to.
 * The filter must still be asked.
 */
export function candidatesOf(snapshot: Snapshot, filter: EntityFilter | null): Uint32Array | null {
  if (!filter) return null
  const { terms, tagNames } = snapshot
  const lists = (filter.and ?? []).map((branch) => candidatesOf(snapshot, branch))
  const slugs = filter.slug?.eq != null ? [filter.slug.eq] : filter.slug?.in
  if (slugs != null)
    lists.push(
      Uint32Array.from(new Set(slugs.map((slug) => snapshot.find(slug))))
        .filter((node) => node < snapshot.nodeCount)
        .sort(),
    )
  const kind = filter.kind?.eq
  if (kind != null) lists.push(listOf(terms.kinds.find(kind), (number) => nodesOfKind(snapshot, number)))
  const domain = filter.domain?.eq
  if (domain != null)
    lists.push(listOf(terms.domains.find(domain), (number) => nodesOfDomain(snapshot, number)))
  for (const tag of filter.tags?.hasAll ?? [])
    lists.push(listOf(tagNames.find(tag), (number) => snapshot.derive(byTag).get(number) ?? none))
  return lists.reduce(
    (least, list) => (list !== null && (least === null || list.length < least.length) ? list : least),
    null,
  )
}

function listOf(number: number | undefined, nodes: (number: number) => Uint32Array): Uint32Array {
  return number === undefined ? none : nodes(number)
}
