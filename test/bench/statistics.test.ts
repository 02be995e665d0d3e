import { describe, expect, test } from 'vitest'
import { median, medianOfKnown, pairedRatio, percentile, rotate } from '../../bench/statistics.ts'
import { ratioTable, ratiosOf, resultTable } from '../../bench/report.ts'
import type { ContenderName } from '../../bench/contender-name.ts'
import type { Result } from '../../bench/measure.ts'

/** A result whose rounds had these speeds. */
function result(contender: ContenderName, speeds: number[], concurrency = 16, p99 = 2): Result {
  const round = (requestsPerSecond: number) => ({
    requestsPerSecond,
    p50: 1,
    p99,
    nodeCpuMs: null,
    postgresCpuMs: 0.5,
    rssMb: 100,
  })
  return {
    ...round(median(speeds)),
    query: 'Q1',
    contender,
    concurrency,
    statementsPerRequest: 1,
    cacheHits: null,
    rounds: speeds.map(round),
  }
}

describe('the statistics', () => {
  test('the median is the middle value, or the mean of the two middle ones, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([10, 9, 100])).toBe(10) // as numbers, not as texts
    expect(median([])).toBeNaN()
  })

  test('figures that could not be read are left out, and are null where none could', () => {
    expect(medianOfKnown([null, 3, 1, 2])).toBe(2)
    expect(medianOfKnown([null, null])).toBeNull()
  })

  test('a percentile is the value at the nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([50, 99, 100])
    expect(percentile([7], 0.99)).toBe(7)
  })

  test('a ratio compares the runs of one round, so a slow stretch of the machine does not distort it', () => {
    // Both were ten times slower in two rounds; ours was twice as fast in each.
    expect(pairedRatio([200, 20, 20], [100, 10, 10])).toBe(2)
    expect(pairedRatio([10, 200, 300], [10, 100, 100])).toBe(2)
  })

  test('each item comes first once in as many rounds as there are items', () => {
    expect([0, 1, 2, 3].map((round) => rotate(['a', 'b', 'c'], round).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ])
  })
})

describe('the report', () => {
  const results = [
    result('memory', [400, 400, 400], 16, 3),
    result('database', [100, 200, 300]),
    result('sql', [400, 400, 400]),
    result('postgraphile', [50, 100, 300]),
    result('http', [1000, 500, 800]),
    result('database', [10], 1),
    result('sql', [40], 1),
  ]

  test('has the ratios of the compared pairs of one query and concurrency, and of their p99', () => {
    const at = (concurrency: number) => ({ query: 'Q1', concurrency }) as const
    expect(ratiosOf(results)).toEqual([
      { ...at(16), contender: 'memory', to: 'sql', ratio: 1, p99Ratio: 1.5 },
      { ...at(16), contender: 'memory', to: 'postgraphile', ratio: 4, p99Ratio: 1.5 },
      { ...at(16), contender: 'memory', to: 'http', ratio: 0.5, p99Ratio: 1.5 },
      { ...at(16), contender: 'memory', to: 'database', ratio: 2, p99Ratio: 1.5 },
      { ...at(16), contender: 'database', to: 'sql', ratio: 0.5, p99Ratio: 1 },
      { ...at(16), contender: 'database', to: 'postgraphile', ratio: 2, p99Ratio: 1 },
      { ...at(1), contender: 'database', to: 'sql', ratio: 0.25, p99Ratio: 1 },
    ])
  })

  test('is a table with a line for each result, a dash where a figure could not be read', () => {
    const lines = resultTable(results).split('\n')
    expect(lines).toHaveLength(2 + results.length)
    expect(lines[3]!.split('|').map((cell) => cell.trim())).toEqual([
      '',
      'Q1',
      '16',
      'database',
      '200',
      '1.00',
      '2.00',
      '–',
      '0.50',
      '100',
      '–',
      '1.00',
      '',
    ])
    const [, , line] = ratioTable(ratiosOf(results)).split('\n')
    const cells = line!.split('|').map((cell) => cell.trim())
    expect(cells).toEqual(['', 'Q1', '16', '1.00', '4.00', '0.50', '2.00', '0.50', '2.00', '1.50', ''])
  })
})
