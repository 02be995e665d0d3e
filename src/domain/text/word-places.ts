import { foldText } from './fold.ts'
import { betweenWords } from './between-words.ts'

/** A folded word and its UTF-16 offsets in the original text. */
export interface WordPlace {
  readonly word: string
  readonly start: number
  readonly end: number
}

/** Characters that folding may join: a letter and its marks; Hangul, whose syllables have parts. */
const clusters = /(?:\p{Script=Hangul}+|[^])[\p{M}\u00ad\u200c-\u200f\u2060-\u2064\uff9e\uff9f]*/gu

/** A text's words in order, at the positions of the database's `kb_lexemes`. ½ holds two: 1 and 2. */
export function placeWords(text: string): WordPlace[] {
  let folded = ''
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: cluster, index } of text.matchAll(clusters)) {
    folded += foldText(cluster)
    while (starts.length < folded.length) {
      starts.push(index)
      ends.push(index + cluster.length)
    }
  }
  const places: WordPlace[] = []
  const add = (from: number, to: number) => {
    if (to > from) places.push({ word: folded.slice(from, to), start: starts[from]!, end: ends[to - 1]! })
  }
  let from = 0
  for (const { 0: gap, index } of folded.matchAll(betweenWords)) {
    add(from, index)
    from = index + gap.length
  }
  add(from, folded.length)
  return places
}
