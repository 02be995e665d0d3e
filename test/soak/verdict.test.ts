import { describe, expect, test } from 'vitest'
import type { Sample } from './slope.ts'
import { judge } from './verdict.ts'

/** Memory that warms up fast for ten minutes and then grows by so much a minute, measured every half minute. */
function memory(minutes: number, growth: number): Sample[] {
  return Array.from({ length: minutes * 2 }, (_, at) => {
    const minute = at / 2
    const waves = (at % 4) * 3
    return {
      minutes: minute,
      value: 200 + 8 * Math.min(minute, 10) + growth * Math.max(0, minute - 10) + waves,
    }
  })
}
const connections = (of: (minutes: number) => number) =>
  Array.from({ length: 40 }, (_, minutes) => ({ minutes, value: of(minutes) }))
const well = { connections: connections(() => 10), unexpected: 0, isAlive: true }
const memoryLine = (lines: readonly string[]) => lines.find((line) => line.includes('memory'))

describe('the verdict of a soak', () => {
  test.each([1, 10, 19])('of %s minutes does not judge memory, and says how long it takes', (minutes) => {
    const { hasFailed, lines } = judge({ ...well, rss: memory(minutes, 50) })
    expect(hasFailed).toBe(false)
    expect(memoryLine(lines)).toMatch(/^NOT JUDGED {2}memory: .*--minutes 21/)
  })

  test('judges memory by what comes after the warming up', () => {
    const flat = judge({ ...well, rss: memory(35, 0.24) })
    expect(flat.hasFailed).toBe(false)
    expect(memoryLine(flat.lines)).toMatch(/^PASS .* 0\.\d\d MB a minute over the 2\d minutes/)
    const growing = judge({ ...well, rss: memory(35, 4) })
    expect(growing.hasFailed).toBe(true)
    expect(memoryLine(growing.lines)).toMatch(/^FAIL .* [34]\.\d\d MB a minute/)
  })

  test.each([
    ['an error that nobody expected', { unexpected: 1 }, /^FAIL {2}unexpected errors: 1/],
    ['a process that has ended', { isAlive: false }, /^FAIL {2}the process has ended/],
    ['connections that grow', { connections: connections((at) => 10 + at) }, /^FAIL {2}connections grow/],
  ])('fails for %s, however short it was', (_, fault, line) => {
    const { hasFailed, lines } = judge({ ...well, rss: memory(2, 0), ...fault })
    expect(hasFailed).toBe(true)
    expect(lines.filter((each) => each.startsWith('FAIL'))).toEqual([expect.stringMatching(line)])
  })
})
