import { foldText, spaceWords } from './fold.ts'

/** One typed term: a word, or several in quotes or joined by punctuation (`node.js`), which form a phrase. */
export interface TypedTerm {
  readonly text: string
  readonly excluded: boolean
}

/** A required or excluded term: a single word matches as a prefix, several as an exact phrase. */
export interface WordTerm {
  /** Without leading and trailing stop words; null matches any word. */
  readonly words: readonly (string | null)[]
}
/** What one alternative of a query requires and excludes. */
export interface WordConditions {
  readonly wanted: readonly WordTerm[]
  readonly excluded: readonly WordTerm[]
}
/** Alternatives; empty where no word is significant. */
export type WordQuery = readonly WordConditions[]

/** PostgreSQL's English stop words. */
const stopWords = new Set(
  `i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself
  they them their theirs themselves what which who whom this that these those am is are was were be been being have has had
  having do does did doing a an the and but if or because as until while of at by for with about against between into through
  during before after above below to from up down in out on off over under again further then once here there when where why
  how all any both each few more most other some such no nor not only own same so than too very s t can will just don should
  now`.split(/\s+/),
)
const part = /(-?)(?:"([^"]*)"?|(\S+))/g

/** All terms must match, `-` excludes, quotes form phrases, `or` separates alternatives. */
export function parseTerms(text: string): readonly (readonly TypedTerm[])[] {
  const alternatives: TypedTerm[][] = [[]]
  for (const [, minus, quoted, loose] of text.matchAll(part)) {
    if (loose?.toLowerCase() === 'or' && minus === '') alternatives.push([])
    else alternatives.at(-1)!.push({ text: quoted ?? loose!, excluded: minus !== '' })
  }
  return alternatives
}

export function parseWords(text: string): WordQuery {
  return parseTerms(text)
    .map((terms) => {
      const termsOf = (isExcluded: boolean) =>
        terms
          .filter(({ excluded }) => excluded === isExcluded)
          .map(({ text }) => ({ words: sayingWords(text) }))
          .filter(({ words }) => words.length > 0)
      return { wanted: termsOf(false), excluded: termsOf(true) }
    })
    .filter(({ wanted, excluded }) => wanted.length + excluded.length > 0)
}

function sayingWords(text: string): (string | null)[] {
  const words = spaceWords(foldText(text))
    .split(' ')
    .filter(Boolean)
    .map((word) => (stopWords.has(word) ? null : word))
  const first = words.findIndex((word) => word !== null)
  return first === -1 ? [] : words.slice(first, words.findLastIndex((word) => word !== null) + 1)
}
