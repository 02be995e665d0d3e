import { foldText } from '../../domain/fold.ts'
import { createNearness, nearEnough } from '../../domain/trigrams.ts'
import { parseWords } from '../../domain/word-query.ts'
import type { Highlight, SearchQuery } from '../search-reader.ts'

const word = /[\p{L}\p{N}\p{M}]+/gu

/** Says which words of texts a query has found; a text without one is left out. */
export function createMarks(
  query: SearchQuery,
): (texts: Readonly<Record<string, string | null>>) => Highlight[] {
  const isFound = tests[query.mode](query.text)
  return (texts) =>
    Object.entries(texts).flatMap(([field, snippet]) => {
      const ranges = [...(snippet ?? '').matchAll(word)]
        .filter(([found]) => isFound(foldText(found)))
        .map(({ index, 0: found }) => ({ start: index, end: index + found.length }))
      return snippet === null || ranges.length === 0 ? [] : [{ field, snippet, ranges }]
    })
}

const tests: Readonly<Record<SearchQuery['mode'], (text: string) => (word: string) => boolean>> = {
  LEXICAL(text) {
    const terms = parseWords(text).flatMap(({ wanted }) => wanted)
    return (found) =>
      terms.some(({ words }) =>
        words.length === 1 ? found.startsWith(words[0]!) : words.some((each) => each === found),
      )
  },
  FUZZY(text) {
    // One of several words is enough to be shown.
    const nearnesses = foldText(text).split(/\s+/).map(createNearness)
    return (found) => nearnesses.some((nearness) => nearness(found) >= nearEnough)
  },
}
