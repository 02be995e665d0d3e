import { foldText, spaceWords } from '../../../domain/text/fold.ts'
import { toPage } from '../../../domain/paging/page.ts'
import { numberOrNull } from '../../../graph/lists/entity-order.ts'
import { approximately } from '../../../graph/not-in-memory.ts'
import { keysetOf, type OrderTerm } from '../../../graph/lists/order-terms.ts'
import { takeFromUnordered } from '../../../graph/lists/take-page.ts'
import type { Positioned } from '../../record.ts'
import {
  nearTitleCount,
  type SearchFields,
  type SearchHit,
  type SearchQuery,
  type SearchReader,
} from '../../search-reader.ts'
import { markWords, wordTest } from '../../word-marks.ts'
import { countFacet } from '../facets.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { entityRecord } from '../records.ts'
import { scanNodes, spacedTexts } from './text-scan.ts'
import { findHits, orderOfHits, wordsOfKey, type WordHit } from './word-hits.ts'

/** Approximates the database's search: words match by prefix, without inflection; attributes are not searched. */
export function createWordReads(graph: MemoryGraph): SearchReader {
  const { snapshot } = graph
  const hitsOf = (query: SearchQuery) => graph.derive(recentHits)(query)
  const bestOf = (hits: readonly WordHit[], limit: number) =>
    takeFromUnordered(places(hits.length), orderOfHits(hits), null, { ...firstPage, limit }).slice(0, limit)

  return {
    async search(query, page, fields) {
      const hits = await hitsOf(query)
      const terms = orderOfHits(hits)
      const { items, ...rest } = toPage(takeFromUnordered(places(hits.length), terms, null, page), page)
      const record = createRecord(graph, query, fields)
      return {
        ...rest,
        items: items.map((place): Positioned<SearchHit> => ({
          item: record(hits[place]!),
          position: keysetOf(terms, place),
        })),
      }
    },

    countSearch: async (query) => (await hitsOf(query)).length,

    async searchFacet(query, field, limit) {
      const nodes = (await hitsOf(query)).flatMap((hit) => (hit.target === 'ENTITY' ? hit.node : []))
      return countFacet(graph, field, limit, Uint32Array.from(nodes))
    },

    async nearTitles(query) {
      const hits = await hitsOf({ ...query, mode: 'FUZZY' })
      return bestOf(hits, nearTitleCount).map((place) => titleOf(graph, hits[place]!))
    },

    async suggest(prefix, limit, fields) {
      const { entities, rowOf, heap } = snapshot
      const folded = foldText(prefix)
      const words = spaceWords(folded).trimEnd()
      const found: number[] = []
      const { nodes, titles } = await graph.derive(spacedTexts)
      const titleKeyOf = (node: number) => heap.text(entities.titleKey[rowOf.get(node)]!)!
      await scanNodes(nodes, (node) => {
        if (titles[node]!.startsWith(words) && titleKeyOf(node).startsWith(folded)) found.push(node)
      })
      const terms: readonly OrderTerm[] = [
        { direction: 'DESC', valueOf: (node) => numberOrNull(entities.weight[rowOf.get(node)]!) },
        { direction: 'ASC', valueOf: (node) => titleKeyOf(node).length },
        { direction: 'ASC', valueOf: (node) => snapshot.slugOf(node) },
      ]
      return takeFromUnordered(found, terms, null, { ...firstPage, limit })
        .slice(0, limit)
        .map((node) => ({
          text: heap.text(entities.title[rowOf.get(node)]!)!,
          score: numberOrNull(entities.weight[rowOf.get(node)]!) ?? 0,
          entity: entityRecord(snapshot, node, fields),
        }))
    },
  }
}

const firstPage = { backward: false, after: null, before: null } as const

function places(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, place) => place)
}

/** Cached searches: a list, its count and its facets come together. */
const mostKept = 8

function recentHits(graph: MemoryGraph): (query: SearchQuery) => Promise<readonly WordHit[]> {
  const kept = new Map<string, Promise<readonly WordHit[]>>()
  return (query) => {
    const key = JSON.stringify([query.mode, query.text, query.targets, query.where])
    let hits = kept.get(key)
    if (hits === undefined) {
      hits = approximately(() => findHits(graph, query))
      kept.set(key, hits)
      hits.catch(() => kept.delete(key))
      if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
    }
    return hits
  }
}

function titleOf({ snapshot: { heap, entities, rowOf } }: MemoryGraph, hit: WordHit): string {
  if (hit.target === 'ENTITY') return heap.text(entities.title[rowOf.get(hit.node)]!)!
  return hit.target === 'MEDIA' ? (hit.media.alt ?? wordsOfKey(hit.key)) : hit.workflow.title
}

function createRecord(
  { snapshot }: MemoryGraph,
  query: SearchQuery,
  { entity, withHighlights }: SearchFields,
): (hit: WordHit) => SearchHit {
  const { heap, entities, rowOf } = snapshot
  const isFound = wordTest(query)
  type Texts = Readonly<Record<string, string | null>>
  const highlightsOf = (texts: Texts, more: Texts) =>
    withHighlights ? markWords(query.mode === 'LEXICAL' ? { ...texts, ...more } : texts, () => isFound) : []
  return (hit) => {
    const { target, score } = hit
    if (target === 'ENTITY') {
      const row = rowOf.get(hit.node)
      const highlights = highlightsOf(
        { title: heap.text(entities.title[row]!) },
        { summary: heap.text(entities.summary[row]!) },
      )
      return { target, score, highlights, node: entityRecord(snapshot, hit.node, entity) }
    }
    if (target === 'MEDIA') {
      const { alt, caption } = hit.media
      return { target, score, highlights: highlightsOf({ alt }, { caption }), node: hit.media }
    }
    const { title, summary } = hit.workflow
    return { target, score, highlights: highlightsOf({ title }, { summary }), node: hit.workflow }
  }
}
