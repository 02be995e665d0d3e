import { listFingerprint } from '../../domain/paging/cursor.ts'
import { checkFilter, type EntityFilter } from '../../domain/graph/filter.ts'
import { meantTerms } from '../../domain/text/meant-terms.ts'
import { readPageRequest, readSize, type PageArguments } from '../../domain/paging/page.ts'
import { countCharacters } from '../../domain/text/visible-text.ts'
import { AppError } from '../../errors.ts'
import type { EntityFacetField, EntityFields, FacetBucket } from '../../readers/graph-reader.ts'
import type { MaybePromise } from '../../readers/record.ts'
import {
  searchPositionLength,
  type SearchFields,
  type SearchHit,
  type SearchQuery,
  type SearchTarget,
  type Suggestion,
} from '../../readers/search-reader.ts'
import { createList, map, type List, type Wanted } from '../list.ts'
import type { ReadContext } from '../read-context.ts'

export type SearchMode = 'AUTO' | 'LEXICAL' | 'FUZZY' | 'SEMANTIC' | 'HYBRID'
export interface SearchArguments extends PageArguments {
  readonly query: string
  readonly mode: SearchMode
  readonly targets?: readonly SearchTarget[] | null | undefined
  readonly where?: EntityFilter | null | undefined
}

export type SearchList = List<SearchHit> & {
  readonly facet: (field: EntityFacetField, limit: number) => MaybePromise<readonly FacetBucket[]>
  readonly modeUsed: SearchMode
  /** The nearest known term if the whole search found nothing. */
  readonly didYouMean: () => MaybePromise<string | null>
}

const maximumQueryLength = 500
const mostTermsTried = 3

/** Full-text search; throws BAD_REQUEST for an invalid query or an unavailable mode. */
export function search(
  { reader, cursorKey }: ReadContext,
  args: SearchArguments,
  wanted: Wanted,
  fields: SearchFields,
): MaybePromise<SearchList> {
  if (args.mode === 'SEMANTIC')
    throw new AppError(
      'BAD_REQUEST',
      'The search mode SEMANTIC is not available here; use LEXICAL, FUZZY or AUTO.',
      { argument: 'mode' },
    )
  const mode: SearchQuery['mode'] = args.mode === 'FUZZY' ? 'FUZZY' : 'LEXICAL'
  const text = readWords('query', args.query)
  const where = checkFilter('where', args.where)
  const targets: readonly SearchTarget[] = [
    ...new Set(args.targets ?? (['ENTITY', 'MEDIA', 'WORKFLOW'] as const)),
  ]
  if (targets.length === 0)
    throw new AppError('BAD_REQUEST', '`targets` is empty; name one, or omit it for all.', {
      argument: 'targets',
    })
  const query: SearchQuery = { mode, text, targets, where }
  const fingerprint = listFingerprint('search', query)
  const page = readPageRequest(args, { key: cursorKey, fingerprint, length: searchPositionLength })
  const list = createList(
    wanted,
    fingerprint,
    () => reader.search(query, page, fields),
    () => reader.countSearch(query),
    {
      modeUsed: mode,
      facet: (field: EntityFacetField, limit: number) => reader.searchFacet(query, field, limit),
    },
  )
  return map(list, (found) => ({
    ...found,
    async didYouMean() {
      // A fuzzy search without hits has already tried similar terms.
      if (mode === 'FUZZY' || found.page.items.length > 0 || (await reader.countSearch(query)) > 0)
        return null
      const terms = meantTerms(text, await reader.nearTitles(query))
      // A title may not find itself: it can consist of stop words or search operators.
      for (const term of terms.slice(0, mostTermsTried))
        if ((await reader.countSearch({ ...query, text: term })) > 0) return term
      return null
    },
  }))
}

export function suggest(
  { reader }: ReadContext,
  prefix: string,
  first: number,
  fields: EntityFields,
): MaybePromise<readonly Suggestion[]> {
  return reader.suggest(readWords('prefix', prefix), readSize('first', first), fields)
}

function readWords(argument: string, words: string): string {
  const text = words.trim()
  if (text === '')
    throw new AppError('BAD_REQUEST', `\`${argument}\` is empty; give at least one word.`, { argument })
  const length = countCharacters(text)
  if (length > maximumQueryLength)
    throw new AppError(
      'BAD_REQUEST',
      `\`${argument}\` has ${length} characters; at most ${maximumQueryLength} are allowed.`,
      { argument },
    )
  return text
}
