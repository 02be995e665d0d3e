/** Letters that have no mark to strip, as PostgreSQL's rules of unaccent write them. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ё: 'е',
  '⁄': '/',
}
const plainLetter = new RegExp(`[${Object.keys(plain).join('')}]`, 'g')
/** Marks of Latin and Greek letters; elsewhere they make another letter. */
const marks = /(?<=[\p{Script=Latin}\p{Script=Greek}]\p{M}*)[\u0300-\u036f]/gu
const ascii = /^[\0-\x7f]*$/

/**
 * A text without case and accents, as near to `kb_fold` of the database as JavaScript comes: the same for ASCII, and
 * for most of what is written with marks on letters.
 *
 * @example foldText('Ångström Straße') // 'angstrom strasse'
 */
export function foldText(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .replace(marks, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(plainLetter, (letter) => plain[letter]!)
}

const betweenWords = /[^\p{L}\p{N}\p{M}]+/gu

/** The words of a text, each between two spaces: ` new york `. */
export function spaceWords(text: string): string {
  return ` ${text.replace(betweenWords, ' ').trim()} `
}
