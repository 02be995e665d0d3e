/**
 * Whether JavaScript keeps a JSON number as it is written: finite, and an integer only if it comes out again or is a double exactly. Fractions
 * are rounded to the nearest double, as RFC 8785 has it and every reader does.
 *
 * @param source the number as it stands in the JSON text
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
  // 2^60 is a double, though the shortest text that means it has other digits at its end.
  return BigInt(value) === BigInt(given.digits) * 10n ** BigInt(given.exponent) * (value < 0 ? -1n : 1n)
}

/**
 * Whether a number is a whole multiple of another, both taken as the decimals they are written as.
 *
 * @param of greater than 0
 * @example isMultipleOf(19.99, 0.01) // true, though 19.99 / 0.01 is 1998.9999999999998
 */
export function isMultipleOf(number: number, of: number): boolean {
  const [one, other] = [decimalOf(String(number)), decimalOf(String(of))]
  const shift = Math.min(one.exponent, other.exponent)
  const scaled = ({ digits, exponent }: typeof one) => BigInt(digits) * 10n ** BigInt(exponent - shift)
  return scaled(one) % scaled(other) === 0n
}

/** A decimal as its digits without zeros at either end, and the power of ten they are times; the sign never changes. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', power = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return { digits, exponent: 0 }
  return { digits, exponent: Number(power) - fraction.length + all.length - digits.length }
}
