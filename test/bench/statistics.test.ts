import { describe, expect, test } from 'vitest'
import { median, medianOfKnown, pairedRatio, percentile, rotate } from '../../bench/statistics.ts'
import { ratioTable, ratiosOf, resultTable } from '../../bench/report.ts'
import type { ContenderName } from '../../bench/contender-name.ts'
import type { Result } from '../../bench/measure.ts'

/** A result whose rounds had these speeds. */
function result(contender: ContenderName, speeds: number[], concurrency = 16): Result {
  const round = (requestsPerSecond: number) => ({
    requestsPerSecond,
    p50: 1,
    p99: 2,
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
    result('database', [100, 200, 300]),
    result('sql', [400, 400, 400]),
    result('postgraphile', [50, 100, 300]),
    result('database', [10], 1),
    result('sql', [40], 1),
  ]

  test('has the ratios of ours to each other contender of the same query and concurrency', () => {
    expect(ratiosOf(results)).toEqual([
      { query: 'Q1', concurrency: 16, contender: 'database', to: 'sql', ratio: 0.5 },
      { query: 'Q1', concurrency: 16, contender: 'database', to: 'postgraphile', ratio: 2 },
      { query: 'Q1', concurrency: 1, contender: 'database', to: 'sql', ratio: 0.25 },
    ])
  })

  test('is a table with a line for each result, a dash where a figure could not be read', () => {
    const lines = resultTable(results).split('\n')
    expect(lines).toHaveLength(2 + results.length)
    expect(lines[2]!.split('|').map((cell) => cell.trim())).toEqual([
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
      '1.00',
      '',
    ])
    expect(ratioTable(ratiosOf(results.slice(0, 3)))).toContain('| Q1    |    16 |           0.50 |')
  })
})
