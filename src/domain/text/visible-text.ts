export function countCharacters(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at++)
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      count--
      at++
    }
  return count
}

/** Visible: no space, control or format character, mark without a letter, filler or empty Braille cell. */
const visible = /[^\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether a text shows anything: U+200B and U+00A0 do not. */
export function isVisible(text: string): boolean {
  return visible.test(text)
}

/** A regional flag, such as Scotland's: a black flag, tag letters and a terminator. */
const flags = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,6}\u{E007F}/gu
/** Line ends and other controls, direction overrides, and machine-only or deprecated format characters. */
const unfit = /[\p{Cc}\u2028\u2029\u202D\u202E\u206A-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u
/** Embeddings and isolates, which change the direction until they are closed. */
const turns = /[\u202A-\u202C\u2066-\u2069]/gu

/**
 * Why a text cannot be a title, tag, name or label; null if it can. It must be visible, one line, and not
 * affect surrounding text: a direction override makes `gpj.exe` look like `exe.jpg`, and an unclosed
 * embedding or isolate extends beyond it. Joiners, direction marks, soft hyphens and variation selectors are
 * allowed.
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

/** The first unclosed embedding or isolate, or unmatched end of one. */
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
