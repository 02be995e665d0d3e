import { describe, expect, test } from 'vitest'
import { contenderNames } from '../../bench/contender-name.ts'
import { readOptions, UsageError } from '../../bench/options.ts'
import { canonicalQueries } from '../../bench/queries.ts'
import { withRecord } from '../../bench/record.ts'
import type { BenchReport } from '../../bench/report.ts'
import { noWalks } from '../../bench/walks/walk-times.ts'

describe('the command line of the bench', () => {
  test('measures everything by default, and one concurrency where it has to be quick', () => {
    const all = readOptions([])!
    expect(all.queries).toEqual(canonicalQueries)
    expect(all.contenders).toEqual(contenderNames)
    expect([all.whole, all.walks]).toEqual([true, true])
    expect(all.concurrencies).toEqual([1, 16, 64])
    expect(all.rounds).toBe(5)
    expect(readOptions(['--quick'])!.concurrencies).toEqual([16])
  })

  test('takes some of the queries', () => {
    expect(readOptions(['--query', 'q5,Q1'])!.queries.map(({ name }) => name)).toEqual(['Q1', 'Q5'])
    expect(readOptions(['--query', 'q7'])).toMatchObject({ queries: [], whole: true, walks: false })
    expect(readOptions(['--query', 'walks'])).toMatchObject({ queries: [], whole: false, walks: true })
  })

  test('takes some of the contenders, in their usual order', () => {
    expect(readOptions(['--contenders', 'http,memory'])!.contenders).toEqual(['memory', 'http'])
  })

  test.each([
    [['--query', 'Q9'], '--query Q9 is none of Q1'],
    [['--rounds', '0'], '--rounds must be'],
    [['--record', '--query', 'Q1'], 'leave --query and --contenders out'],
    [['--record', '--contenders', 'memory'], 'leave --query and --contenders out'],
    [['--contenders', 'mysql'], '--contenders mysql is none of memory'],
    [['--contenders', 'sql,http'], 'name memory or database too'],
    [['--fast'], "'--fast'"],
  ])('refuses %j and names the option', (args, message) => {
    expect(() => readOptions(args)).toThrow(UsageError)
    expect(() => readOptions(args)).toThrow(message)
  })
})

describe('the record', () => {
  const report: BenchReport = {
    machine: { cpu: 'A processor', cores: 2, memoryGb: 8, system: 'linux', loadBefore: 0.1 },
    versions: { node: '24.0.0' },
    results: [
      {
        ...{ query: 'Q1', contender: 'database', concurrency: 16, statementsPerRequest: 1, cacheHits: null },
        ...{ requestsPerSecond: 1234, p50: 1, p99: 2, nodeCpuMs: null, postgresCpuMs: null, rssMb: null },
        rounds: [],
      },
    ],
    ratios: [],
    whole: [],
    walks: noWalks,
  }
  const markers = [
    '<!-- recorded by `npm run bench -- --record`; do not edit -->',
    '<!-- end of the record -->',
  ]

  test('replaces what stands between the markers, and nothing else', () => {
    const text = `before\n\n${markers[0]}\n\nold\n\n${markers[1]}\n\nafter\n`
    const written = withRecord(text, report, new Date('2026-01-02T03:04:05Z'), 'performance')
    expect(written).toMatch(/^before\n\n<!--/)
    expect(written).toMatch(/-->\n\nafter\n$/)
    expect(written).not.toContain('old')
    expect(written).toContain('2026-01-02')
    expect(written).toContain('A processor')
    expect(written).toContain('1234')
    expect(written).toContain('](performance/throughput.svg)')
    expect(withRecord(written, report, new Date('2026-01-02T03:04:05Z'), 'performance')).toBe(written)
  })

  test('says what is missing in a document without the markers', () => {
    expect(() => withRecord('nothing', report, new Date(), 'performance')).toThrow('give it the two lines')
  })
})
