import { expect, test } from 'vitest'
import { createZipfDraw } from '../../bench/zipf.ts'

test('the place r comes 1 / (r + 1) times as often as the first, and every place may come', () => {
  const draw = createZipfDraw(10, 1)
  const counts = new Array<number>(10).fill(0)
  for (let at = 0; at < 100_000; at++) counts[draw()]!++
  for (const [place, count] of counts.entries()) expect(count / counts[0]!).toBeCloseTo(1 / (place + 1), 1)
})

test('the same seed gives the same draws', () => {
  const [one, two] = [createZipfDraw(20_000, 7), createZipfDraw(20_000, 7)]
  expect(Array.from({ length: 50 }, one)).toEqual(Array.from({ length: 50 }, two))
})
