import { foldText, spaceWords } from './fold.ts'

/** Words that must stand in a text: one, as the beginning of a word, or several in a row as they are. */
export interface WordTerm {
  readonly words: readonly string[]
}
/** What one alternative of a query asks for and excludes. */
export interface WordConditions {
  readonly wanted: readonly WordTerm[]
  readonly excluded: readonly WordTerm[]
}
/** Alternatives, of which one must hold; none where no word says anything. */
export type WordQuery = readonly WordConditions[]

/** Words that are everywhere; PostgreSQL's list is longer, and its searches leave them out as well. */
const stopWords = new Set(
  'a an and are as at be by for from has have in is it its not of on that the this to was were with'.split(
    ' ',
  ),
)
const part = /(-?)(?:"([^"]*)"?|(\S+))/g

/**
 * A query as people type it: all words must be found, `-` excludes, quotes keep words together, `or` begins another
 * alternative.
 *
 * @example parseWords('"new york" -city or paris')
 */
export function parseWords(text: string): WordQuery {
  const alternatives = [{ wanted: [] as WordTerm[], excluded: [] as WordTerm[] }]
  for (const [, minus, quoted, loose] of text.matchAll(part)) {
    if (loose?.toLowerCase() === 'or' && minus === '') {
      alternatives.push({ wanted: [], excluded: [] })
      continue
    }
    const words = spaceWords(foldText(quoted ?? loose!))
      .split(' ')
      .filter(Boolean)
    if (words.length === 0 || (words.length === 1 && stopWords.has(words[0]!))) continue
    alternatives.at(-1)![minus === '' ? 'wanted' : 'excluded'].push({ words })
  }
  return alternatives.filter(({ wanted, excluded }) => wanted.length + excluded.length > 0)
}
