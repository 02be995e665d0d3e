import type { WordConditions, WordQuery, WordTerm } from './word-query.ts'

/** Weight of a word by field, most important first: PostgreSQL's A, B and C. */
const weights = [1, 0.4, 0.2]
/** Factor for a prefix match. */
const beginning = 0.8

/**
 * How well texts match a query, from 0 to 1: better in weightier fields and shorter first ones.
 * @param fields from `spaceWords`, weightiest first
 * @returns null without a match
 */
export function matchWords(query: WordQuery, fields: readonly string[]): number | null {
  let best: number | null = null
  for (const conditions of query) {
    const score = scoreOf(conditions, fields)
    if (score !== null && (best === null || score > best)) best = score
  }
  return best === null ? null : best / (1 + Math.log(fields[0]!.split(' ').length - 2 || 1))
}

function scoreOf({ wanted, excluded }: WordConditions, fields: readonly string[]): number | null {
  let sum = 0
  for (const term of wanted) {
    const found = weightOf(term, fields)
    if (found === 0) return null
    sum += found
  }
  if (excluded.some((term) => fields.some((field) => find(term, field) === 'whole'))) return null
  return wanted.length === 0 ? 0 : sum / wanted.length
}

function weightOf(term: WordTerm, fields: readonly string[]): number {
  let most = 0
  for (let field = 0; field < fields.length; field++) {
    const weight = weights[field]!
    if (weight <= most) break
    const found = find(term, fields[field]!)
    if (found !== 'nowhere') most = Math.max(most, found === 'whole' ? weight : weight * beginning)
  }
  return most
}

type Found = 'nowhere' | 'beginning' | 'whole'

function find({ words }: WordTerm, text: string): Found {
  const word = ` ${words[0]!}`
  if (!text.includes(word)) return 'nowhere'
  if (words.length > 1) return isInRow(words, text) ? 'whole' : 'nowhere'
  return text.includes(`${word} `) ? 'whole' : 'beginning'
}

function isInRow(words: WordTerm['words'], text: string): boolean {
  if (!words.includes(null)) return text.includes(` ${words.join(' ')} `)
  const inText = text.split(' ')
  return inText.some((_, at) => words.every((word, next) => word === null || word === inText[at + next]))
}
