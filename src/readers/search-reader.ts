import type { EntityFilter } from '../domain/graph/filter.ts'
import type { Page, PageRequest } from '../domain/paging/page.ts'
import type { EntityFacetField, EntityFields, EntityRecord, FacetBucket } from './graph-reader.ts'
import type { MaybePromise, Positioned } from './record.ts'
import type { MediaRecord } from './media-reader.ts'
import type { WorkflowRecord } from './workflow-reader.ts'

export type SearchTarget = 'ENTITY' | 'MEDIA' | 'WORKFLOW'
export interface SearchQuery {
  /** LEXICAL matches inflected words, FUZZY misspelt titles. */
  readonly mode: 'LEXICAL' | 'FUZZY'
  /** For LEXICAL, quotes, `or` and `-` work as in web search. */
  readonly text: string
  readonly targets: readonly SearchTarget[]
  readonly where: EntityFilter | null
}
export interface Highlight {
  readonly field: string
  readonly snippet: string
  /** UTF-16 offsets into `snippet`. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[]
}
export type SearchHit = { readonly score: number; readonly highlights: readonly Highlight[] } & (
  | { readonly target: 'ENTITY'; readonly node: EntityRecord }
  | { readonly target: 'MEDIA'; readonly node: MediaRecord }
  | { readonly target: 'WORKFLOW'; readonly node: WorkflowRecord }
)
export interface SearchFields {
  readonly entity: EntityFields
  readonly withHighlights: boolean
}
export interface Suggestion {
  readonly text: string
  readonly score: number
  readonly entity: EntityRecord
}

/** Values in a position: score, target, slug or key. */
export const searchPositionLength = 3

/** How many of the best fuzzy hits are searched for a suggestion. */
export const nearTitleCount = 20

/** Best first; ties by target, then slug or key. */
export interface SearchReader {
  search(
    query: SearchQuery,
    page: PageRequest,
    fields: SearchFields,
  ): MaybePromise<Page<Positioned<SearchHit>>>
  countSearch(query: SearchQuery): MaybePromise<number>
  searchFacet(
    query: SearchQuery,
    field: EntityFacetField,
    limit: number,
  ): MaybePromise<readonly FacetBucket[]>
  /** Titles of the best {@link nearTitleCount} fuzzy hits, nearest first. */
  nearTitles(query: SearchQuery): MaybePromise<readonly string[]>
  /** Entities whose title starts with the prefix, ignoring case and accents; by importance. */
  suggest(prefix: string, limit: number, fields: EntityFields): MaybePromise<readonly Suggestion[]>
}
