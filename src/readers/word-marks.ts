import { foldText } from '../domain/text/fold.ts'
import { createNearness, nearEnough } from '../domain/text/trigrams.ts'
import { placeWords } from '../domain/text/word-places.ts'
import { parseWords } from '../domain/text/word-query.ts'
import type { Highlight, SearchQuery } from './search-reader.ts'

/** Whether a folded word at a position, from 0, matches. */
export type WordTest = (word: string, place: number) => boolean

/** Marks matched words; omits texts without any. */
export function markWords(
  texts: Readonly<Record<string, string | null>>,
  testOf: (field: string) => WordTest,
): Highlight[] {
  return Object.entries(texts).flatMap(([field, snippet]) => {
    if (snippet === null) return []
    const isFound = testOf(field)
    const found = placeWords(snippet).filter(({ word }, place) => isFound(word, place))
    // One character may fold to several words (½); mark it once.
    const ranges = found
      .filter(({ start }, at) => start !== found[at - 1]?.start)
      .map(({ start, end }) => ({ start, end }))
    return ranges.length === 0 ? [] : [{ field, snippet, ranges }]
  })
}

/** Tests words themselves: similar ones for FUZZY, prefixes for LEXICAL. */
export function wordTest({ mode, text }: SearchQuery): WordTest {
  if (mode === 'FUZZY') {
    // One matching word suffices.
    const nearnesses = foldText(text).split(/\s+/).map(createNearness)
    return (word) => nearnesses.some((nearness) => nearness(word) >= nearEnough)
  }
  const terms = parseWords(text).flatMap(({ wanted }) => wanted)
  return (found) =>
    terms.some(({ words }) => (words.length === 1 ? found.startsWith(words[0]!) : words.includes(found)))
}
