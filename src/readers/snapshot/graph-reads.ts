import { countHalfEdges, selectHalves } from '../../graph/adjacency.ts'
import { edgeOrder } from '../../graph/edge-order.ts'
import { entityOrder } from '../../graph/entity-order.ts'
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
} from '../../graph/list-adjacent.ts'
import { countEdges, pageOfEdges } from '../../graph/list-edges.ts'
import { nodesUnder, pageOfNodes } from '../../graph/list-entities.ts'
import { keysetOf, type OrderTerm } from '../../graph/order-terms.ts'
import type { Page } from '../../domain/page.ts'
import type { EntityLookup, EntityScope, GraphReader, Positioned } from '../graph-reader.ts'
import { countFacet } from './facets.ts'
import type { MemoryGraph } from './memory-graph.ts'
import { edgeRecord, entityRecord } from './records.ts'

/** Entities and edges, synchronously. */
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
    countEntities: (where, scope) => nodesUnder(graph, where, among(scope)).length,
    entityFacet: (field, limit, where, scope) =>
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

/** The node that is looked up, or the one that the slug's was merged into; -1 if there is none. */
export function findNode(graph: MemoryGraph, lookup: EntityLookup): number {
  const { snapshot } = graph
  if (lookup.by === 'id') return snapshot.findById(lookup.id)
  if (lookup.by === 'url') return graph.derive(nodesByUrl).get(lookup.url) ?? -1
  const node = snapshot.find(lookup.slug)
  if (node !== -1) return node
  const target = graph.derive(redirectTargets).get(lookup.slug)
  return target === undefined ? -1 : snapshot.findById(target)
}

function redirectTargets({ nouns }: MemoryGraph): Map<string, string> {
  return new Map(nouns.redirects.map(({ slug, entityId }) => [slug, entityId]))
}

/** Several entities may have one url: the first by slug is the answer. */
function nodesByUrl({ snapshot: { nodeCount, rowOf, entities, heap } }: MemoryGraph): Map<string, number> {
  const nodes = new Map<string, number>()
  for (let node = nodeCount - 1; node >= 0; node--) {
    const url = heap.text(entities.url[rowOf[node]!]!)
    if (url !== null) nodes.set(url, node)
  }
  return nodes
}
