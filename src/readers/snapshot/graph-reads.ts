import { countHalfEdges, selectHalves } from '../../graph/topology/adjacency.ts'
import { edgeOrder } from '../../graph/lists/edge-order.ts'
import { entityOrder } from '../../graph/lists/entity-order.ts'
import {
  countEdgesOf,
  countNeighborsOf,
  edgeOfStep,
  edgesOfOrder,
  farOfStep,
  isIncoming,
  neighborOrder,
  pageOfEdgesOf,
  pageOfNeighbors,
} from '../../graph/lists/adjacent.ts'
import { countEdges, pageOfEdges } from '../../graph/lists/edges.ts'
import { nodesUnder, pageOfNodes } from '../../graph/lists/entities.ts'
import { carried } from '../../graph/columns/carried.ts'
import { nodesOf, type Snapshot } from '../../graph/snapshot.ts'
import { SortedNumbers, type Compare } from '../../graph/columns/sorted-numbers.ts'
import { keysetOf, type OrderTerm } from '../../graph/lists/order-terms.ts'
import type { Page } from '../../domain/paging/page.ts'
import type { EntityLookup, EntityScope, GraphReader } from '../graph-reader.ts'
import type { Positioned } from '../record.ts'
import { countFacet, countFacetOfAll } from './facets.ts'
import type { MemoryGraph } from './keeper/memory-graph.ts'
import { edgeRecord, entityRecord } from './records.ts'

export function createGraphReads(graph: MemoryGraph): GraphReader {
  const { snapshot } = graph
  const among = (scope: EntityScope | null) => (scope === null ? null : graph.nodesIn(scope))
  return {
    entity(lookup, fields) {
      const node = findNode(graph, lookup)
      return node === -1 ? null : entityRecord(snapshot, node, fields)
    },
    entities(query, scope) {
      const page = pageOfNodes(graph, { ...query, among: among(scope) })
      const terms = query.withPositions ? entityOrder(snapshot, query.orderBy) : null
      return positioned(page, terms, (node) => entityRecord(snapshot, node, query.fields))
    },
    countEntities: (where, scope) =>
      where === null && scope === null ? snapshot.nodeCount : nodesUnder(graph, where, among(scope)).length,
    entityFacet: (field, limit, where, scope) =>
      (where === null && scope === null ? countFacetOfAll(graph, field, limit) : null) ??
      countFacet(graph, field, limit, nodesUnder(graph, where, among(scope))),
    edge(id, fields) {
      const edge = snapshot.findEdgeById(id)
      return edge === -1 ? null : edgeRecord(snapshot, edge, fields)
    },
    edges(query) {
      const terms = query.withPositions ? edgeOrder(snapshot, query.orderBy) : null
      return positioned(pageOfEdges(graph, query), terms, (edge) => edgeRecord(snapshot, edge, query.fields))
    },
    countEdges: (where) => countEdges(graph, where),
    edgesOf(slug, query) {
      const node = snapshot.find(slug)
      if (node === -1) return noPage
      const terms = query.withPositions ? edgesOfOrder(snapshot, query.orderBy) : null
      return positioned(pageOfEdgesOf(graph, node, query), terms, (step) =>
        edgeRecord(snapshot, edgeOfStep(step), query.fields),
      )
    },
    countEdgesOf(slug, direction, where) {
      const node = snapshot.find(slug)
      return node === -1 ? 0 : countEdgesOf(graph, node, direction, where)
    },
    neighborsOf(slug, query) {
      const node = snapshot.find(slug)
      if (node === -1) return noPage
      const terms = query.withPositions ? neighborOrder(snapshot, query.orderBy) : null
      return positioned(pageOfNeighbors(graph, node, query), terms, (step) => ({
        node: entityRecord(snapshot, farOfStep(snapshot, step), query.fields.node),
        edge: edgeRecord(snapshot, edgeOfStep(step), query.fields.edge),
        direction: isIncoming(step) ? 'IN' : 'OUT',
      }))
    },
    countNeighborsOf(slug, adjacency, where) {
      const node = snapshot.find(slug)
      return node === -1 ? 0 : countNeighborsOf(graph, node, adjacency, where)
    },
    degreeOf(slug, adjacency) {
      const node = snapshot.find(slug)
      return node === -1 ? 0 : countHalfEdges(snapshot.topology, node, selectHalves(snapshot, adjacency))
    },
  }
}

const noPage = { items: [], hasNextPage: false, hasPreviousPage: false }

function positioned<Item>(
  page: Page<number>,
  terms: readonly OrderTerm[] | null,
  recordOf: (item: number) => Item,
): Page<Positioned<Item>> {
  return {
    ...page,
    items: page.items.map((item) => ({
      item: recordOf(item),
      position: terms && keysetOf(terms, item),
    })),
  }
}

/** The node found, following merges; -1 if none. */
export function findNode(graph: MemoryGraph, lookup: EntityLookup): number {
  const { snapshot } = graph
  if (lookup.by === 'id') return snapshot.findById(lookup.id)
  if (lookup.by === 'url') return findByUrl(snapshot, lookup.url)
  const node = snapshot.find(lookup.slug)
  if (node !== -1) return node
  const target = graph.derive(redirectTargets).get(lookup.slug)
  return target === undefined ? -1 : snapshot.findById(target)
}

function redirectTargets({ nouns }: MemoryGraph): Map<string, string> {
  return new Map(nouns.redirects.map(({ slug, entityId }) => [slug, entityId]))
}

const nodesByUrl = carried(
  (snapshot) => SortedNumbers.of(withUrl(snapshot, nodesOf(snapshot)).sort(byUrl(snapshot))),
  (sorted, { before, after, goingNodes, comingNodes }) =>
    sorted.change(
      { items: [...withUrl(before, goingNodes)], compare: byUrl(before) },
      { items: [...withUrl(after, comingNodes)], compare: byUrl(after) },
    ),
  (sorted, numberOf) => sorted.map(numberOf),
)

function urlOf({ heap, entities, rowOf }: Snapshot, node: number): string | null {
  return heap.text(entities.url[rowOf.get(node)]!)
}

function withUrl({ entities, rowOf }: Snapshot, nodes: Iterable<number>): Uint32Array {
  return Uint32Array.from(nodes).filter((node) => entities.url[rowOf.get(node)] !== 0)
}

function byUrl(snapshot: Snapshot): Compare {
  return (left, right) => {
    const [one, other] = [urlOf(snapshot, left)!, urlOf(snapshot, right)!]
    return one === other ? left - right : one < other ? -1 : 1
  }
}

/** Several entities may share a url: the first by slug wins. */
function findByUrl(snapshot: Snapshot, url: string): number {
  const nodes = snapshot.derive(nodesByUrl)
  const place = nodes.firstPlace((node) => urlOf(snapshot, node)! >= url)
  return place < nodes.length && urlOf(snapshot, nodes.at(place)) === url ? nodes.at(place) : -1
}
