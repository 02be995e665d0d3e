/**
 * Order of code points, which is Postgres' order under COLLATE "C". JavaScript's own `<` compares UTF-16 units and
 * puts an emoji before U+FF01, so that two stores would sort the same strings differently.
 *
 * @example ['\u{1F600}', '\uFF01'].sort(compareCodePoints) // ['\uFF01', '\u{1F600}']
 */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a === b) continue
    // Surrogates (U+D800 to U+DFFF) stand for code points above U+FFFF: lift them over the rest of the plane.
    const isLeftHigh = a >= 0xd800 && a <= 0xdfff
    const isRightHigh = b >= 0xd800 && b <= 0xdfff
    if (isLeftHigh !== isRightHigh) return isLeftHigh ? 1 : -1
    return a < b ? -1 : 1
  }
  return left.length - right.length
}
