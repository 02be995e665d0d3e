import { foldText, spaceWords } from '../../../domain/text/fold.ts'
import { matchWords } from '../../../domain/text/match-words.ts'
import { createNearness, nearEnough } from '../../../domain/text/trigrams.ts'
import { parseWords } from '../../../domain/text/word-query.ts'
import { entityTest } from '../../../graph/filters/entity-filter.ts'
import type { OrderTerm } from '../../../graph/lists/order-terms.ts'
import { candidatesOf } from '../../../graph/columns/postings.ts'
import type { MediaRecord } from '../../media-reader.ts'
import type { SearchQuery } from '../../search-reader.ts'
import type { WorkflowRecord } from '../../workflow-reader.ts'
import { publicMedia } from '../media-reads.ts'
import type { MemoryGraph } from '../keeper/memory-graph.ts'
import { scanNodes, spacedTexts } from './text-scan.ts'

export type WordHit = { readonly score: number; readonly key: string } & (
  | { readonly target: 'ENTITY'; readonly node: number }
  | { readonly target: 'MEDIA'; readonly media: MediaRecord }
  | { readonly target: 'WORKFLOW'; readonly workflow: WorkflowRecord }
)

/**
 * Scores a match; null if there is none. Texts come from `spaceWords`.
 * @param titles all that FUZZY searches
 * @param more further texts with less weight
 */
type Match = (titles: readonly string[], more: () => readonly string[]) => number | null

/**
 * All hits, unordered. Entities are scanned in short turns.
 * @throws NotInMemoryError
 */
export async function findHits(graph: MemoryGraph, query: SearchQuery): Promise<readonly WordHit[]> {
  const match = matches[query.mode](query.text)
  const { targets } = query
  return [
    ...(targets.includes('ENTITY') ? await findEntities(graph, query, match) : []),
    ...(targets.includes('MEDIA') ? findMedia(graph, match) : []),
    ...(targets.includes('WORKFLOW') ? findWorkflows(graph, match) : []),
  ]
}

const matches: Readonly<Record<SearchQuery['mode'], (text: string) => Match>> = {
  LEXICAL(text) {
    const words = parseWords(text)
    return (titles, more) => matchWords(words, [...titles, ...more()])
  },
  FUZZY(text) {
    const nearness = createNearness(foldText(text))
    return (titles) => {
      const score = Math.max(...titles.map((title) => nearness(title)))
      return score >= nearEnough ? score : null
    }
  },
}

function wordsOf(text: string | null): string {
  return spaceWords(foldText(text ?? ''))
}

async function findEntities(
  graph: MemoryGraph,
  { where }: SearchQuery,
  match: Match,
): Promise<readonly WordHit[]> {
  const { snapshot } = graph
  const test = entityTest(graph, where)
  const { nodes, titles, slugs, summaries } = await graph.derive(spacedTexts)
  const hits: WordHit[] = []
  await scanNodes(candidatesOf(snapshot, where) ?? nodes, (node) => {
    const score = match([titles[node]!], () => [slugs[node]!, summaries[node]!])
    if (score !== null && (test === null || test(node)))
      hits.push({ target: 'ENTITY', score, key: snapshot.slugOf(node), node })
  })
  return hits
}

function findMedia(graph: MemoryGraph, match: Match): WordHit[] {
  return graph.derive(publicMedia).flatMap((media) => {
    const { alt, key, caption } = media
    const score = match([wordsOf(alt), wordsOf(key)], () => [wordsOf(caption)])
    return score === null ? [] : [{ target: 'MEDIA', score, key, media }]
  })
}

function findWorkflows({ nouns }: MemoryGraph, match: Match): WordHit[] {
  return nouns.workflows.flatMap((workflow) => {
    const { title, slug, summary } = workflow
    const score = match([wordsOf(title)], () => [wordsOf(slug), wordsOf(summary)])
    return score === null ? [] : [{ target: 'WORKFLOW', score, key: slug, workflow }]
  })
}

export function wordsOfKey(key: string): string {
  return spaceWords(key).trim()
}

/** By score; then entities, media, workflows; then slug or key. */
export function orderOfHits(hits: readonly WordHit[]): readonly OrderTerm[] {
  return [
    { direction: 'DESC', valueOf: (place) => hits[place]!.score },
    { direction: 'ASC', valueOf: (place) => hits[place]!.target },
    { direction: 'ASC', valueOf: (place) => hits[place]!.key },
  ]
}
