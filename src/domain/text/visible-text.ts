/** Characters as PostgreSQL's `length` counts them: code points, so that an emoji is one and not two. */
export function countCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at++)
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      count--
      at++
    }
  return count
}

/** Something to see: no space, control or format character, no mark without a letter, no filler or empty Braille cell. */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a text shows anything: U+200B and U+00A0 do not. */
export function isVisible(text: string): boolean {
  return visible.test(text)
}

/** A flag of a region, such as that of Scotland: a black flag, its letters as tags, and their end. */
const flags = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,6}\u{E007F}/gu
/** Line ends and other controls, overrides of direction, and format characters that are for machines or were given up. */
const unfit = /[\p{Cc}\u2028\u2029\u202D\u202E\u206A-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u
/** Embeddings and isolates, which change the direction until they are ended. */
const turns = /[\u202A-\u202C\u2066-\u2069]/gu

/**
 * Why a text cannot be a title, a tag, a name or a label, which stand in a line among others; null if it can.
 *
 * It shows something, it is one line, and it does not change how the text around it reads: an override of direction makes `gpj.exe`
 * look like `exe.jpg`, and an embedding or isolate that is not ended goes on behind it. What languages and emoji need stays:
 * joiners, direction marks, soft hyphens, variation selectors.
 *
 * @example nameFault('a\u202Eb') // 'holds U+202E, which …'
 */
export function nameFault(text: string): string | null {
  if (!isVisible(text)) return 'shows nothing; give it a character that can be seen'
  const found = unfit.exec(text.replace(flags, ''))
  if (found !== null)
    return `holds ${codeOf(found[0])}, which cannot stand in a line of text or changes how it reads; take it out`
  const open = unbalanced(text)
  return open === null
    ? null
    : `holds ${codeOf(open)}, which changes the direction of the text, without its counterpart; end what is begun`
}

/** The first embedding or isolate that is not ended, or the end of one that was not begun. */
function unbalanced(text: string): string | null {
  const begun: string[] = []
  for (const [turn] of text.matchAll(turns)) {
    if (turn === '\u202A' || turn === '\u202B' || (turn < '\u2069' && turn > '\u2065')) begun.push(turn)
    else {
      const last = begun.pop()
      const isIsolate = last !== undefined && last >= '\u2066'
      if (last === undefined || isIsolate !== (turn === '\u2069')) return turn
    }
  }
  return begun[0] ?? null
}

function codeOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
}
