import { describe, expect, test } from 'vitest'
import { countCharacters, isVisible, nameFault } from '../../../src/domain/text/visible-text.ts'

test.each([
  ['', 0],
  ['abc', 3],
  ['😀😀', 2],
  ['a😀b', 3],
  ['👩‍👩‍👧', 5],
  ['e\u0301', 2],
  ['\ud800', 1],
  ['\ud800\ud800\udc00', 2],
])('%j has %d characters', (text, count) => {
  expect(countCharacters(text)).toBe(count)
})

test.each([
  '',
  ' ',
  '\u200B',
  '\u00A0',
  '\u3164',
  '\u2800',
  '\u034F',
  '\u0301',
  '\uFEFF',
  '\u2060\u00AD',
  '\u{E0001}',
])('%j shows nothing', (text) => {
  expect(isVisible(text)).toBe(false)
  expect(nameFault(text)).toContain('shows nothing')
})

describe('a name', () => {
  test.each([
    ['a family of emoji', '👩‍👩‍👧'],
    ['an emoji with a variation selector', '❤️'],
    ['the flag of Scotland', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['Persian with a non-joiner', 'می\u200Cخواهم'],
    ['Thai with zero-width spaces', 'ภาษา\u200Bไทย'],
    ['Hebrew with a direction mark', 'שלום\u200F!'],
    ['a soft hyphen', 'Donau\u00ADdampfschiff'],
    ['an isolate that is ended', 'a \u2068שלום\u2069 b'],
    ['an embedding that is ended', '\u202Aa\u202C'],
    ['one within the other', '\u2066\u202Ba\u202C\u2069'],
    ['a sign', '–'],
  ])('may be %s', (_, text) => {
    expect(nameFault(text)).toBeNull()
  })

  test.each([
    ['an override', 'invoice\u202Egpj.exe', 'U+202E'],
    ['an override that is ended', '\u202Da\u202C', 'U+202D'],
    ['an isolate without an end', 'a\u2067b', 'U+2067'],
    ['an end without a beginning', 'a\u2069', 'U+2069'],
    ['ends in the wrong order', '\u2066\u202Aa\u2069\u202C', 'U+2069'],
    ['a line end', 'a\nb', 'U+000A'],
    ['a line separator', 'a\u2028b', 'U+2028'],
    ['an escape of a terminal', '\u001b[31mred', 'U+001B'],
    ['a byte order mark', '\uFEFFa', 'U+FEFF'],
    ['hidden tags', 'a\u{E0041}\u{E0042}', 'U+E0041'],
  ])('may not hold %s', (_, text, code) => {
    expect(nameFault(text)).toContain(code)
  })
})
