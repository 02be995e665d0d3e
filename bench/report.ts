import type { ContenderName } from './contender-name.ts'
import type { Machine, Versions } from './machine.ts'
import type { Result } from './measure.ts'
import type { QueryName } from './queries.ts'
import { pairedRatio } from './statistics.ts'

/** How many times more requests ours answered than another; medians over the rounds of the quotient of each round. */
export interface Ratio {
  readonly query: QueryName
  readonly concurrency: number
  readonly contender: ContenderName
  readonly to: ContenderName
  readonly ratio: number
}

/** A whole run, as `--json` prints it. */
export interface BenchReport {
  readonly machine: Machine
  readonly versions: Versions
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
}

/** Ours against each of the others, for each query and concurrency. */
export function ratiosOf(results: readonly Result[]): Ratio[] {
  const speeds = ({ rounds }: Result) => rounds.map((round) => round.requestsPerSecond)
  return results
    .filter(({ contender }) => contender === 'database')
    .flatMap((own) =>
      results
        .filter(
          (other) =>
            other.query === own.query &&
            other.concurrency === own.concurrency &&
            other.contender !== own.contender,
        )
        .map((other) => ({
          query: own.query,
          concurrency: own.concurrency,
          contender: own.contender,
          to: other.contender,
          ratio: pairedRatio(speeds(own), speeds(other)),
        })),
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
  ['SQL/req', ({ statementsPerRequest }) => statementsPerRequest.toFixed(2)],
]

/** The results as a table in Markdown, which reads well in a terminal too. */
export function resultTable(results: readonly Result[]): string {
  return table(
    columns.map(([heading]) => heading),
    results.map((result) => columns.map(([, cell]) => cell(result))),
  )
}

/** Ours against the others, a line for each query and concurrency. */
export function ratioTable(ratios: readonly Ratio[]): string {
  const others = [...new Set(ratios.map(({ to }) => to))]
  const places = [...new Set(ratios.map(({ query, concurrency }) => `${query} ${concurrency}`))]
  const cell = (place: string, to: ContenderName) =>
    ratios
      .find((ratio) => `${ratio.query} ${ratio.concurrency}` === place && ratio.to === to)!
      .ratio.toFixed(2)
  return table(
    ['query', 'conc.', ...others.map((name) => `database / ${name}`)],
    places.map((place) => [...place.split(' '), ...others.map((to) => cell(place, to))]),
  )
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => row[index]!.length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, index) => (isNumber(cell) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(headings), rule, ...rows.map(line)].join('\n')
}

const isNumber = (cell: string) => /^[\d.]+$/.test(cell)
