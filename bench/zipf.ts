/**
 * Draws places in a list as visitors ask for pages: the one at place r comes 1 / (r + 1) times as often as the first (Zipf's law, s = 1).
 *
 * @param seed the same draws for the same seed
 * @example const draw = createZipfDraw(20_000, 1); draw() // 0 to 19999, most often 0
 */
export function createZipfDraw(count: number, seed: number): () => number {
  const sums = new Float64Array(count)
  let sum = 0
  for (let place = 0; place < count; place++) sums[place] = sum += 1 / (place + 1)
  const random = createRandom(seed)
  return () => {
    const wanted = random() * sum
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! > wanted) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Numbers from 0 to 1 (Marsaglia, "Xorshift RNGs", 2003, with the shifts 13, 17 and 5). @param seed not 0 */
function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
