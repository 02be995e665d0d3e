/** Code point order, as in COLLATE "C"; JavaScript's `<` would sort an emoji before U+FF01. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    // Surrogates (U+D800 to U+DFFF) stand for code points above U+FFFF: lift them above the rest of the
    // plane.
    const isLeftHigh = a >= 0xd800 && a <= 0xdfff
    const isRightHigh = b >= 0xd800 && b <= 0xdfff
    if (isLeftHigh !== isRightHigh) return isLeftHigh ? 1 : -1
    return a < b ? -1 : 1
  }
  return left.length - right.length
}
