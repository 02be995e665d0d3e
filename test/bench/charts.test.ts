import { describe, expect, test } from 'vitest'
import { barChart } from '../../bench/charts/bar-chart.ts'
import { chartsOf } from '../../bench/charts/charts-of.ts'
import type { BenchReport } from '../../bench/report.ts'
import { noWalks } from '../../bench/walks/walk-times.ts'

/** Names of the elements in the order of their ends; throws where the text is not well-formed. */
function elementsOf(xml: string): string[] {
  const open: string[] = []
  const closed: string[] = []
  let rest = xml.trim()
  while (rest !== '') {
    const [tag, slash, name, attributes, empty] =
      /^<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>/.exec(rest) ?? []
    if (tag !== undefined) {
      if (slash && open.pop() !== name) throw new Error(`</${name}> closes another`)
      if (!slash && !empty) open.push(name!)
      if (slash || empty) closed.push(name!)
      if (slash && attributes) throw new Error(`</${name}> has attributes`)
      rest = rest.slice(tag.length)
      continue
    }
    const [text] = /^[^<]+/.exec(rest) ?? []
    if (text === undefined) throw new Error(`no element: ${rest.slice(0, 40)}`)
    if (/&(?!(?:amp|lt|gt|quot);)/.test(text)) throw new Error(`a bare &: ${text}`)
    rest = rest.slice(text.length)
  }
  if (open.length > 0) throw new Error(`open: ${open.join(' ')}`)
  return closed
}

const round = { nodeCpuMs: null, postgresCpuMs: null, rssMb: null }
const report: BenchReport = {
  machine: { cpu: 'A processor', cores: 2, memoryGb: 8, system: 'linux', loadBefore: 0.1 },
  versions: {},
  results: (['memory', 'sql', 'unarmed'] as const).flatMap((contender, index) =>
    [1, 16].map((concurrency) => ({
      ...round,
      ...({
        query: 'Q1',
        contender,
        concurrency,
        statementsPerRequest: 0,
        cacheHits: null,
        rounds: [],
      } as const),
      requestsPerSecond: 1000 * (index + 1) + concurrency,
      p50: 1,
      p99: index + 2.25,
    })),
  ),
  ratios: [],
  whole: [
    { contender: 'memory', bytes: 55e6, seconds: 0.75, megabytesPerSecond: 73, rssGrowthMb: 12, rounds: [] },
    { contender: 'sql', bytes: 55e6, seconds: 1.5, megabytesPerSecond: 36, rssGrowthMb: null, rounds: [] },
  ],
  walks: {
    results: [
      { walk: 'reachable', contender: 'memory', p50: 0.5, p99: 1, requests: 300 },
      { walk: 'reachable', contender: 'database', p50: 321.12, p99: 900, requests: 30 },
    ],
    ratios: [{ walk: 'reachable', ratio: 640 }],
    reads: noWalks.reads,
  },
}
const figuresOf = (chart: string) =>
  [...chart.matchAll(/<text class="figure"[^>]*>([^<]*)</g)].map(([, figure]) => figure)

describe('the charts', () => {
  const charts = chartsOf(report)

  test('are well-formed XML without anything from elsewhere', () => {
    expect([...charts.keys()]).toEqual(['throughput.svg', 'latency.svg', 'whole-graph.svg', 'walks.svg'])
    for (const chart of charts.values()) {
      expect(elementsOf(chart).at(-1)).toBe('svg')
      expect(chart.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|url\(|<script/)
      expect(chart).toContain('prefers-color-scheme:dark')
    }
  })

  test('show the figures of the report', () => {
    expect(figuresOf(charts.get('throughput.svg')!)).toEqual(['1016', '2016'])
    expect(figuresOf(charts.get('latency.svg')!)).toEqual(['2.25', '3.25'])
    expect(figuresOf(charts.get('whole-graph.svg')!)).toEqual(['0.75', '1.50', '12', '–'])
    expect(figuresOf(charts.get('walks.svg')!)).toEqual(['0.50', '321.12'])
    expect(charts.get('throughput.svg')).toContain('Q1: memory 1016, sql 2016.')
  })

  test('draw lengths in proportion, and take any text', () => {
    const bars = [1, 4].map((value) => ({ label: 'a', value, text: String(value) }))
    const chart = barChart({ title: 'A & "B" <c>', subtitle: 'd', panels: [{ title: '<e>', bars }] })
    elementsOf(chart)
    const [one, four] = [...chart.matchAll(/class="bar a" x="\d+" y="\d+" width="([\d.]+)"/g)].map(
      ([, width]) => Number(width),
    )
    expect(four! / one!).toBeCloseTo(4, 1)
  })

  test('that would be empty are left out', () => {
    const none = { ...report, results: [], whole: [], walks: noWalks }
    expect(chartsOf(none).size).toBe(0)
  })
})
