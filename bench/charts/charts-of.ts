import type { Result } from '../measure.ts'
import type { BenchReport } from '../report.ts'
import { barChart } from './bar-chart.ts'

/** Concurrency of the charts; the tables have the others. */
const shown = 16

/** The charts of a report, by the name of their file; none that would be empty. */
export function chartsOf({ results, whole, walks }: BenchReport): ReadonlyMap<string, string> {
  const charts = new Map<string, string>()
  const under = results.filter(
    ({ concurrency, contender }) => concurrency === shown && contender !== 'unarmed',
  )
  const queries = [...new Set(under.map(({ query }) => query))]
  const panels = (figure: (result: Result) => number, digits: number) =>
    queries.map((query) => ({
      title: query,
      bars: under
        .filter((result) => result.query === query)
        .map((result) => barOf(result.contender, figure(result), digits)),
    }))
  if (queries.length > 0) {
    charts.set(
      'throughput.svg',
      barChart({
        title: 'Requests a second',
        subtitle: `concurrency ${shown}, more is better; each query has a scale of its own`,
        panels: panels(({ requestsPerSecond }) => requestsPerSecond, 0),
      }),
    )
    charts.set(
      'latency.svg',
      barChart({
        title: 'What 99 of 100 requests take at most',
        subtitle: `p99 in milliseconds, concurrency ${shown}, less is better; each query has a scale of its own`,
        panels: panels(({ p99 }) => p99, 2),
      }),
    )
  }
  if (whole.length > 0)
    charts.set(
      'whole-graph.svg',
      barChart({
        title: 'Q7: the whole graph',
        subtitle: 'one answer at a time, less is better',
        panels: [
          {
            title: 'seconds',
            bars: whole.map(({ contender, seconds }) => barOf(contender, seconds, 2)),
          },
          {
            title: 'growth of resident memory, MiB',
            bars: whole.map(({ contender, rssGrowthMb }) => barOf(contender, rssGrowthMb ?? NaN, 0)),
          },
        ],
      }),
    )
  const walked = [...new Set(walks.results.map(({ walk }) => walk))]
  if (walked.length > 0)
    charts.set(
      'walks.svg',
      barChart({
        title: 'Walks',
        subtitle: 'milliseconds inside the server, p50, less is better; each walk has a scale of its own',
        panels: walked.map((walk) => ({
          title: walk,
          bars: walks.results
            .filter((result) => result.walk === walk)
            .map(({ contender, p50 }) => barOf(contender, p50, 2)),
        })),
      }),
    )
  return charts
}

/** A figure that could not be read has no length. */
function barOf(label: string, value: number, digits: number) {
  return Number.isNaN(value) ? { label, value: 0, text: '–' } : { label, value, text: value.toFixed(digits) }
}
