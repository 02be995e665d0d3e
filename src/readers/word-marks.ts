import { foldText } from '../domain/text/fold.ts'
import { createNearness, nearEnough } from '../domain/text/trigrams.ts'
import { placeWords } from '../domain/text/word-places.ts'
import { parseWords } from '../domain/text/word-query.ts'
import type { Highlight, SearchQuery } from './search-reader.ts'

/** Says whether a word was found: a folded one, at its place in its text, counted from 0. */
export type WordTest = (word: string, place: number) => boolean

/** Which words of some texts were found; a text without one is left out. */
export function markWords(
  texts: Readonly<Record<string, string | null>>,
  testOf: (field: string) => WordTest,
): Highlight[] {
  return Object.entries(texts).flatMap(([field, snippet]) => {
    if (snippet === null) return []
    const isFound = testOf(field)
    const found = placeWords(snippet).filter(({ word }, place) => isFound(word, place))
    // Words of one sign, ½, are marked once.
    const ranges = found
      .filter(({ start }, at) => start !== found[at - 1]?.start)
      .map(({ start, end }) => ({ start, end }))
    return ranges.length === 0 ? [] : [{ field, snippet, ranges }]
  })
}

/** A test by the words themselves: near ones for FUZZY, and for LEXICAL those that begin as asked. */
export function wordTest({ mode, text }: SearchQuery): WordTest {
  if (mode === 'FUZZY') {
    // One of several words is enough to be shown.
    const nearnesses = foldText(text).split(/\s+/).map(createNearness)
    return (word) => nearnesses.some((nearness) => nearness(word) >= nearEnough)
  }
  const terms = parseWords(text).flatMap(({ wanted }) => wanted)
  return (found) =>
    terms.some(({ words }) => (words.length === 1 ? found.startsWith(words[0]!) : words.includes(found)))
}
