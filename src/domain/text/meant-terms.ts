import { compareCodePoints } from './code-points.ts'
import { foldText } from './fold.ts'
import { similarity, trigramsOf } from './trigrams.ts'
import { placeWords } from './word-places.ts'

/** Titles, and words of them, spelt like the input: best match first. */
export function meantTerms(typed: string, titles: readonly string[]): string[] {
  const asked = trigramsOf(foldText(typed))
  const terms = titles.flatMap((title) => [
    title,
    ...placeWords(title).map(({ start, end }) => title.slice(start, end)),
  ])
  return [...new Set(terms)]
    .map((term) => ({ term, nearness: similarity(asked, trigramsOf(foldText(term))) }))
    .filter(({ nearness }) => nearness > 0)
    .sort(
      (a, b) => b.nearness - a.nearness || a.term.length - b.term.length || compareCodePoints(a.term, b.term),
    )
    .map(({ term }) => term)
}
