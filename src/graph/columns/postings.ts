import type { EntityFilter } from '../../domain/graph/filter.ts'
import { carried } from './carried.ts'
import { Items } from './chunks.ts'
import { noDomain } from './entity-table.ts'
import { atOnce } from '../in-turns.ts'
import { nodesOf, type Snapshot } from '../snapshot.ts'
import { byNumber, SortedNumbers } from './sorted-numbers.ts'

type Postings = Items<SortedNumbers>

/** @param numbersOf a node's distinct numbers */
function carriedPostings(numbersOf: (snapshot: Snapshot) => (node: number) => Iterable<number>) {
  return carried(
    (snapshot): Postings => {
      const lists: number[][] = []
      const numbers = numbersOf(snapshot)
      for (const node of nodesOf(snapshot))
        for (const number of numbers(node)) (lists[number] ??= []).push(node)
      return atOnce(
        Items.from(lists.length, (number) => {
          const list = lists[number]
          return list === undefined ? SortedNumbers.none : SortedNumbers.of(Uint32Array.from(list))
        }),
      )
    },
    function* (postings, { before, after, goingNodes, comingNodes }) {
      const going = groupByNumber(goingNodes, numbersOf(before))
      const coming = groupByNumber(comingNodes, numbersOf(after))
      const edit = postings.edit()
      for (const number of [...new Set([...going.keys(), ...coming.keys()])].sort(byNumber)) {
        while (edit.length <= number) edit.set(edit.length, SortedNumbers.none)
        const changed = yield* edit
          .get(number)
          .change(
            { items: going.get(number) ?? [], compare: byNumber },
            { items: coming.get(number) ?? [], compare: byNumber },
          )
        edit.set(number, changed)
        yield
      }
      return edit.finish()
    },
    (postings, numberOf) =>
      atOnce(Items.from(postings.length, (number) => postings.get(number).map(numberOf))),
  )
}

function groupByNumber(nodes: readonly number[], numbersOf: (node: number) => Iterable<number>) {
  const groups = new Map<number, number[]>()
  for (const node of nodes)
    for (const number of numbersOf(node)) {
      const group = groups.get(number)
      if (group === undefined) groups.set(number, [node])
      else group.push(node)
    }
  return groups
}

const byKind = carriedPostings(({ entities, rowOf }) => (node) => [entities.kind[rowOf.get(node)]!])

const byDomain = carriedPostings(({ entities, rowOf }) => (node) => {
  const domain = entities.domain[rowOf.get(node)]!
  return domain === noDomain ? [] : [domain]
})

const byTag = carriedPostings(({ entities, rowOf, tags }) => (node) => {
  const row = rowOf.get(node)
  const start = entities.tagStart[row]!
  return tags.subarray(start, start + entities.tagCount[row]!)
})

function listIn(postings: Postings, number: number): SortedNumbers {
  return number >= 0 && number < postings.length ? postings.get(number) : SortedNumbers.none
}

export function nodesOfKind(snapshot: Snapshot, kind: number): SortedNumbers {
  return listIn(snapshot.derive(byKind), kind)
}

export function nodesOfDomain(snapshot: Snapshot, domain: number): SortedNumbers {
  return listIn(snapshot.derive(byDomain), domain)
}

function nodesWithTag(snapshot: Snapshot, tag: number): SortedNumbers {
  return listIn(snapshot.derive(byTag), tag)
}

/** Entities by tag number. Unused tags may be missing. */
export function tagCounts(snapshot: Snapshot): [tag: number, count: number][] {
  const postings = snapshot.derive(byTag)
  const counts: [tag: number, count: number][] = []
  for (let tag = 0; tag < postings.length; tag++) {
    const { length } = postings.get(tag)
    if (length > 0) counts.push([tag, length])
  }
  return counts
}

/** Nodes in slug order. */
export type NodeList = Uint32Array | SortedNumbers

/** The shortest known ordered list of nodes that contains all matches; null if unknown. */
export function candidatesOf(snapshot: Snapshot, filter: EntityFilter | null): NodeList | null {
  if (!filter) return null
  const { terms, tagNames } = snapshot
  const lists: (NodeList | null)[] = (filter.and ?? []).map((branch) => candidatesOf(snapshot, branch))
  const slugs = filter.slug?.eq != null ? [filter.slug.eq] : filter.slug?.in
  if (slugs != null)
    lists.push(
      Uint32Array.from(
        [...new Set(slugs.map((slug) => snapshot.find(slug)))].filter((node) => node !== -1),
      ).sort(),
    )
  const kind = filter.kind?.eq
  if (kind != null) lists.push(nodesOfKind(snapshot, terms.kinds.find(kind) ?? -1))
  const domain = filter.domain?.eq
  if (domain != null) lists.push(nodesOfDomain(snapshot, terms.domains.find(domain) ?? -1))
  for (const tag of filter.tags?.hasAll ?? []) lists.push(nodesWithTag(snapshot, tagNames.find(tag) ?? -1))
  return lists.reduce(
    (least, list) => (list !== null && (least === null || list.length < least.length) ? list : least),
    null,
  )
}
