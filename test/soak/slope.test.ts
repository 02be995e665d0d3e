import { expect, test } from 'vitest'
import { slopeOf } from './slope.ts'

test('a slope is told from noise', () => {
  const noise = [3, -2, 1, -1, 2, -3, 0, 1, -1, 0]
  const at = (of: (minutes: number) => number) =>
    noise.map((wave, minutes) => ({ minutes, value: of(minutes) + wave }))
  expect(Math.abs(slopeOf(at(() => 100)))).toBeLessThan(0.5)
  expect(slopeOf(at((minutes) => 100 + 5 * minutes))).toBeGreaterThan(4)
  expect(slopeOf([{ minutes: 1, value: 1 }])).toBe(0)
})
