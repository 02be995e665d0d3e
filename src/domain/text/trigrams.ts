import { spaceWords } from './fold.ts'

/** Similarity threshold for two words, from 0 to 1, as in the database's search. */
export const nearEnough = 0.26

/** The trigrams of a folded text's words, padded with two spaces before and one after. */
export function trigramsOf(text: string): Set<string> {
  const found = new Set<string>()
  for (const word of spaceWords(text).split(' ')) {
    if (word === '') continue
    const padded = `  ${word} `
    for (let at = 0; at + 3 <= padded.length; at++) found.add(padded.slice(at, at + 3))
  }
  return found
}

export function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  if (left.size === 0 || right.size === 0) return 0
  let shared = 0
  for (const each of left) if (right.has(each)) shared++
  return shared / (left.size + right.size - shared)
}

/** Scores folded texts by the mean of each word's best match. Caches word comparisons. */
export function createNearness(words: string): (text: string) => number {
  const asked = wordsOf(words).map((word) => [...trigramsOf(word)])
  const known = new Map<string, readonly number[]>()
  const nearnessOf = (word: string) => {
    let found = known.get(word)
    if (found === undefined)
      known.set(word, (found = asked.map((trigrams) => nearnessOfWord(trigrams, word))))
    return found
  }
  return (text) => {
    const best = asked.map(() => 0)
    for (const word of wordsOf(text)) {
      const found = nearnessOf(word)
      for (let at = 0; at < found.length; at++) if (found[at]! > best[at]!) best[at] = found[at]!
    }
    return asked.length === 0 ? 0 : best.reduce((sum, value) => sum + value, 0) / asked.length
  }
}

function nearnessOfWord(trigrams: readonly string[], word: string): number {
  const padded = `  ${word} `
  let shared = 0
  for (const trigram of trigrams) if (padded.includes(trigram)) shared++
  return shared / (trigrams.length + padded.length - 2 - shared)
}

const betweenPlainWords = /[^a-z0-9 ]/

function wordsOf(text: string): string[] {
  const words = (betweenPlainWords.test(text) ? spaceWords(text) : text).split(' ')
  return words.includes('') ? words.filter(Boolean) : words
}
