import { comparedPairs, type ContenderName } from './contender-name.ts'
import type { Machine, Versions } from './machine.ts'
import type { Result } from './measure.ts'
import type { QueryName } from './queries.ts'
import { pairedRatio } from './statistics.ts'
import { markdownTable } from './table.ts'
import type { WalkReport, WalkTimes } from './walks/walk-times.ts'
import type { WholeResult } from './whole/measure-whole.ts'

/** How many times more requests one contender answered than another; medians over the rounds of the quotient of each round. */
export interface Ratio {
  readonly query: QueryName
  readonly concurrency: number
  readonly contender: ContenderName
  readonly to: ContenderName
  readonly ratio: number
  /** The median of the one's p99 over the median of the other's. */
  readonly p99Ratio: number
}

/** A whole run, as `--json` prints it. */
export interface BenchReport {
  readonly machine: Machine
  readonly versions: Versions
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  /** Q7, the whole graph. */
  readonly whole: readonly WholeResult[]
  readonly walks: WalkReport
}

/** The pairs of contenders that are compared, for each query and concurrency. */
export function ratiosOf(results: readonly Result[]): Ratio[] {
  const speeds = ({ rounds }: Result) => rounds.map((round) => round.requestsPerSecond)
  const places = [
    ...new Map(results.map((result) => [`${result.query} ${result.concurrency}`, result])).values(),
  ]
  return places.flatMap(({ query, concurrency }) =>
    comparedPairs.flatMap(([contender, to]) => {
      const find = (name: ContenderName) =>
        results.find(
          (result) =>
            result.query === query && result.concurrency === concurrency && result.contender === name,
        )
      const [own, other] = [find(contender), find(to)]
      if (!own || !other) return []
      const ratio = pairedRatio(speeds(own), speeds(other))
      return [{ query, concurrency, contender, to, ratio, p99Ratio: own.p99 / other.p99 }]
    }),
  )
}

const columns: readonly (readonly [heading: string, cell: (result: Result) => string])[] = [
  ['query', ({ query }) => query],
  ['conc.', ({ concurrency }) => String(concurrency)],
  ['contender', ({ contender }) => contender],
  ['req/s', ({ requestsPerSecond }) => requestsPerSecond.toFixed(0)],
  ['p50 ms', ({ p50 }) => p50.toFixed(2)],
  ['p99 ms', ({ p99 }) => p99.toFixed(2)],
  ['Node CPU ms', ({ nodeCpuMs }) => nodeCpuMs?.toFixed(2) ?? '–'],
  ['PG CPU ms', ({ postgresCpuMs }) => postgresCpuMs?.toFixed(2) ?? '–'],
  ['RSS MiB', ({ rssMb }) => rssMb?.toFixed(0) ?? '–'],
  ['cache hits', ({ cacheHits }) => cacheHits?.toFixed(2) ?? '–'],
  ['SQL/req', ({ statementsPerRequest }) => statementsPerRequest.toFixed(2)],
]

/** The results as a table in Markdown, which reads well in a terminal too. */
export function resultTable(results: readonly Result[]): string {
  return markdownTable(
    columns.map(([heading]) => heading),
    results.map((result) => columns.map(([, cell]) => cell(result))),
  )
}

/** The compared pairs, a line for each query and concurrency; last, how much longer ours keeps the slowest waiting than the limit does. */
export function ratioTable(ratios: readonly Ratio[]): string {
  const nameOf = ({ contender, to }: Pick<Ratio, 'contender' | 'to'>) => `${contender} / ${to}`
  const pairs = [...new Set(ratios.map(nameOf))]
  const hasLimit = ratios.some(({ to }) => to === 'http')
  const places = [...new Set(ratios.map(({ query, concurrency }) => `${query} ${concurrency}`))]
  const rows = places.map((place) => {
    const here = ratios.filter((ratio) => `${ratio.query} ${ratio.concurrency}` === place)
    const cells = pairs.map((pair) => here.find((ratio) => nameOf(ratio) === pair)?.ratio.toFixed(2) ?? '–')
    const limit = here.find(({ to }) => to === 'http')?.p99Ratio.toFixed(2) ?? '–'
    return [...place.split(' '), ...cells, ...(hasLimit ? [limit] : [])]
  })
  return markdownTable(['query', 'conc.', ...pairs, ...(hasLimit ? ['p99: memory / http'] : [])], rows)
}

/** Q7 as a table. */
export function wholeTable(whole: readonly WholeResult[]): string {
  return markdownTable(
    ['Q7', 'MB', 'seconds', 'MB/s', 'RSS growth MiB'],
    whole.map(({ contender, bytes, seconds, megabytesPerSecond, rssGrowthMb }) => [
      contender,
      (bytes / 1e6).toFixed(1),
      seconds.toFixed(2),
      megabytesPerSecond.toFixed(0),
      rssGrowthMb?.toFixed(0) ?? '–',
    ]),
  )
}

/** The walks as a table; `title` says what was timed. */
export function walkTable(title: string, { results, ratios }: WalkTimes): string {
  return markdownTable(
    [title, 'contender', 'requests', 'p50 ms', 'p99 ms', 'database / memory'],
    results.map(({ walk, contender, requests, p50, p99 }) => [
      walk,
      contender,
      String(requests),
      p50.toFixed(3),
      p99.toFixed(3),
      contender === 'memory' ? ratios.find((ratio) => ratio.walk === walk)!.ratio.toFixed(0) : '',
    ]),
  )
}

/** All tables that have a line, for a terminal or a document. */
export function tablesOf({ results, ratios, whole, walks }: BenchReport): string[] {
  return [
    ...(ratios.length > 0 ? [ratioTable(ratios)] : []),
    ...(whole.length > 0 ? [wholeTable(whole)] : []),
    ...(walks.results.length > 0
      ? [walkTable('walk, whole answer', walks), walkTable('walk alone', walks.reads)]
      : []),
    ...(results.length > 0 ? [resultTable(results)] : []),
  ]
}
