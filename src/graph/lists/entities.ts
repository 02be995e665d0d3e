import type { EntityFilter } from '../../domain/graph/filter.ts'
import type { EntityOrderField, Order } from '../../domain/graph/order.ts'
import { toPage, type Page, type PageRequest } from '../../domain/paging/page.ts'
import { entityTest } from '../filters/entity-filter.ts'
import { entityOrder, nodesBy } from './entity-order.ts'
import { candidatesOf, type NodeList } from '../columns/postings.ts'
import type { PublishedGraph } from '../published-graph.ts'
import { takeFromOrdered, takeFromUnordered } from './take-page.ts'

export interface NodeQuery {
  readonly where: EntityFilter | null
  readonly orderBy: readonly Order<EntityOrderField>[]
  readonly page: PageRequest
  /** Only these, in order; null: all. */
  readonly among: Uint32Array | null
}

/** Up to this many candidates are sorted; more are found by scanning the ordered list. */
const fewCandidates = 2000

export function pageOfNodes(graph: PublishedGraph, { where, orderBy, page, among }: NodeQuery): Page<number> {
  const { snapshot } = graph
  const test = entityTest(graph, where)
  const terms = entityOrder(snapshot, orderBy)
  const candidates = among ?? candidatesOf(snapshot, where)
  const [first] = orderBy
  // Slugs are unique, so later terms do not matter.
  const isBySlug = first === undefined || first.field === 'SLUG'
  if (isBySlug) {
    const isDescending = first?.direction === 'DESC'
    const sequence = isDescending
      ? candidates === null
        ? nodesBy(snapshot, first)
        : [...candidates].reverse()
      : (candidates ?? nodesBy(snapshot, { field: 'SLUG', direction: 'ASC' }))
    return toPage(takeFromOrdered(sequence, terms.slice(0, 1), test, page), page)
  }
  if (orderBy.length === 1 && (candidates === null || candidates.length > fewCandidates)) {
    const ordered = takeFromOrdered(
      nodesBy(snapshot, first),
      terms,
      among === null ? test : within(among, test),
      page,
    )
    return toPage(ordered, page)
  }
  const items = candidates ?? nodesBy(snapshot, { field: 'SLUG', direction: 'ASC' })
  return toPage(takeFromUnordered(items, terms, test, page), page)
}

function within(among: Uint32Array, test: ((node: number) => boolean) | null) {
  const members = new Set(among)
  return (node: number) => members.has(node) && (test === null || test(node))
}

export function nodesUnder(
  graph: PublishedGraph,
  where: EntityFilter | null,
  among: Uint32Array | null,
): NodeList {
  const { snapshot } = graph
  const test = entityTest(graph, where)
  const candidates =
    among ?? candidatesOf(snapshot, where) ?? nodesBy(snapshot, { field: 'SLUG', direction: 'ASC' })
  return test === null ? candidates : candidates.filter((node) => test(node))
}
