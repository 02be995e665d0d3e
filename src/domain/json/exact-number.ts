/**
 * Whether JavaScript keeps a JSON number exactly: finite, and if an integer, exactly a double. Fractions
 * round to the nearest double, as in RFC 8785.
 * @param source the number's JSON text
 * @example isExactNumber('9007199254740993') // false: it would become 9007199254740992
 */
export function isExactNumber(source: string): boolean {
  if (/^-?\d{1,15}$/.test(source)) return true
  const value = Number(source)
  if (!Number.isFinite(value)) return false
  const given = decimalOf(source)
  if (given.exponent < 0) return true
  const kept = decimalOf(String(value))
  if (given.digits === kept.digits && given.exponent === kept.exponent) return true
  // 2^60 is a double, though its shortest text ends in other digits.
  return BigInt(value) === BigInt(given.digits) * 10n ** BigInt(given.exponent) * (value < 0 ? -1n : 1n)
}

/**
 * Whether a number is a multiple of another, in decimal arithmetic.
 * @param of greater than 0
 * @example isMultipleOf(19.99, 0.01) // true, though 19.99 / 0.01 is 1998.9999999999998
 */
export function isMultipleOf(number: number, of: number): boolean {
  const [one, other] = [decimalOf(String(number)), decimalOf(String(of))]
  const shift = Math.min(one.exponent, other.exponent)
  const scaled = ({ digits, exponent }: typeof one) => BigInt(digits) * 10n ** BigInt(exponent - shift)
  return scaled(one) % scaled(other) === 0n
}

/** A decimal's significant digits and power of ten; the sign stays. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return { digits, exponent: 0 }
  return { digits, exponent: Number(power) - fraction.length + all.length - digits.length }
}
