import { betweenWords } from './between-words.ts'

/** Letters that Unicode does not decompose, with their folded form. */
const single: Readonly<Record<string, string>> = {
  σ: 'ς',
  a: 'ⱥ',
  b: 'ƀɓƃ',
  c: 'ƈȼ',
  d: 'đðɖɗƌ',
  e: 'ɇɛ',
  f: 'ƒ',
  g: 'ǥɠ',
  h: 'ħⱨ',
  i: 'ıɨɩ',
  j: 'ɉȷ',
  k: 'ƙⱪ',
  l: 'łƚɫⱡ',
  n: 'ŋɲƞ',
  o: 'ø',
  p: 'ƥᵽ',
  r: 'ɍɽ',
  s: 'ȿ',
  t: 'ŧƫƭʈⱦ',
  u: 'ʉ',
  v: 'ʋ',
  y: 'ƴɏ',
  z: 'ƶȥⱬɀ',
  е: 'ё',
  "'": '‘’‚‛′ʹʻʼʽˈ',
  '"': '“”„‟«»‹›〝〞',
  '-': '‐‒–—―−',
  '/': '⁄∕',
}
const several: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', þ: 'th' }
const plain: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(single).flatMap(([to, from]) => [...from].map((sign) => [sign, to]))),
  ...several,
}
const plainSign = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu')
/** Invisible: soft hyphens, joiners, direction marks, variation selectors. */
const unseen = /[\ufe00-\ufe0f\u00ad\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
/** Accents on Latin and Greek letters only; on others they may form another letter, such as й from и. */
const accents =
  /(^|[\0-\u02ff\u0370-\u03ff\u1d00-\u2bff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab6f])[\u0300-\u036f]+/g
const looseAccents = /[\u0300-\u036f]+/g
const ascii = /^[\0-\x7f]*$/

/**
 * Removes case, accents and typographic variants, for search and comparison. Mirrors the database function
 * `kb_fold` step by step. Idempotent.
 * @example foldText('Ångström Straße') // 'angstrom strasse'
 */
export function foldText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .replace(unseen, '')
    .normalize('NFKD')
    .replace(accents, '$1')
    .normalize('NFC')
    .replace(looseAccents, '')
    .toLowerCase()
    .replace(plainSign, (sign) => plain[sign]!)
}

export function spaceWords(folded: string): string {
  return ` ${folded.replace(betweenWords, ' ').trim()} `
}
