import type { Draw } from './draw.ts'

/** Three characters of every Unicode block with letters, numbers or symbols, so every script is covered. */
const blocks: readonly (readonly string[])[] = listBlocks()

function listBlocks(): string[][] {
  const found: string[][] = []
  for (let start = 0x80; start < 0x20000; start += 0x80) {
    const signs: string[] = []
    for (let code = start; code < start + 0x80 && signs.length < 3; code += 1) {
      const sign = String.fromCodePoint(code)
      if (/[\p{L}\p{N}\p{S}]/u.test(sign)) signs.push(sign)
    }
    if (signs.length > 0) found.push(signs)
  }
  return found
}

const words = [
  ...['alpha', 'Alpha', 'ALPHA', 'beta', 'Straße', 'STRASSE', 'İstanbul', 'ıspanak', 'ΣΊΣΥΦΟΣ', 'σίσυφος', 'ǅungla'],
  ...['café', 'cafe\u0301', 'ﬁn', 'Å', 'A\u030A', '\u212B', 'Ａ', 'ñandú', '100%', 'at_home', 'back\\slash', "quo'te", '"quoted"'],
  ...['שלום', 'مرحبا', '\u202Eevil\u202C', 'नमस्ते', '한국어', '日本語', 'ภาษาไทย', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇵🇹', '😀', '𝔘𝔫𝔦', '𒀀', 'e\u0301\u0302\u0303'],
  ...['a', 'b', 'ab', '\u0001', '\u001f', '\u007f', '\u00a0', '\u2028', '\u2029', '\ufeff', '<b>', '&amp;', 'null', '0'],
] // prettier-ignore

function word(draw: Draw): string {
  if (draw.chance(0.6)) return draw.pick(words)
  const block = draw.pick(blocks)
  return Array.from({ length: 1 + draw.number(3) }, () => draw.pick(block)).join('')
}

/** Text of any scripts; never blank. */
export function randomText(draw: Draw, most = 3): string {
  const text = Array.from({ length: 1 + draw.number(most) }, () => word(draw)).join(draw.pick([' ', ' ', '-', '']))
  return /^[ \t\n\r]*$/.test(text) ? 'x' : text
} // prettier-ignore

/** A substring that splits no character. */
export function partOf(draw: Draw, text: string): string {
  const signs = Array.from(text)
  const start = draw.number(signs.length)
  return signs.slice(start, start + 1 + draw.number(4)).join('')
}

const numbers = [0, -0, 1, -1, 2, 0.5, -0.25, 1e21, 1e-7, 123456789012345, 9007199254740991, 5e-324, 1.7976931348623157e308, 3.14159] // prettier-ignore

export function randomJson(draw: Draw, depth = 2): unknown {
  const kind = draw.number(depth > 0 ? 8 : 5)
  if (kind === 0) return null
  if (kind === 1) return draw.chance(0.5)
  if (kind <= 3) return draw.pick(numbers)
  if (kind === 4) return randomText(draw)
  if (kind <= 5) return Array.from({ length: draw.number(4) }, () => randomJson(draw, depth - 1))
  return Object.fromEntries(draw.some(jsonNames, 4).map((name) => [name, randomJson(draw, depth - 1)]))
}

export const jsonNames = [
  'a',
  'b',
  'code',
  'area',
  'names',
  'ünï',
  'x/y',
  'x~y',
  '',
  '0',
  '__proto__',
  '10',
  '9',
]
