import { parseArgs } from 'node:util'
import { canonicalQueries, type CanonicalQuery } from './queries.ts'

/** What a run is to do. */
export interface BenchOptions {
  readonly queries: readonly CanonicalQuery[]
  readonly concurrencies: readonly number[]
  readonly rounds: number
  readonly timing: { readonly warmUpMs: number; readonly settleMs: number; readonly windowMs: number }
  /** Samples of each query whose answers are compared before anything is measured. */
  readonly comparedSamples: number
  readonly json: boolean
  readonly record: boolean
}

export const usage = `Usage: npm run bench -- [options]

Measures this server against hand-written SQL and PostGraphile on WordNet, on one PostgreSQL, interleaved.

  --quick         concurrency 16 alone, short rounds: 2 minutes (all: about a quarter of an hour)
  --query Q1,Q2   only these of the canonical queries Q1 to Q6
  --rounds N      rounds of each measurement, 5 by default
  --record        writes the tables into docs/performance.md
  --json          prints the results as JSON on standard output, and nothing else there
  --help          prints this`

/** A mistake on the command line. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/**
 * Read the command line; null where help is asked for.
 *
 * @throws UsageError that names the option
 */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const values = parse(args)
  if (values.help) return null
  const rounds = Number(values.rounds ?? 5)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError('--rounds must be a whole number from 1 on.')
  const queries = values.query === undefined ? canonicalQueries : chosenQueries(values.query)
  if (values.record && queries.length < canonicalQueries.length)
    throw new UsageError('--record writes whole tables; leave --query out.')
  const quick = values.quick ?? false
  return {
    queries,
    rounds,
    concurrencies: quick ? [16] : [1, 16, 64],
    timing: quick
      ? { warmUpMs: 1000, settleMs: 150, windowMs: 700 }
      : { warmUpMs: 2500, settleMs: 400, windowMs: 2000 },
    comparedSamples: quick ? 60 : Infinity,
    json: values.json ?? false,
    record: values.record ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        record: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
        query: { type: 'string' },
        rounds: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function chosenQueries(list: string): CanonicalQuery[] {
  const names = list.split(',').map((name) => name.trim().toUpperCase())
  const unknown = names.find((name) => !canonicalQueries.some((query) => query.name === name))
  if (unknown !== undefined)
    throw new UsageError(
      `--query ${unknown} is none of ${canonicalQueries.map(({ name }) => name).join(', ')}.`,
    )
  return canonicalQueries.filter(({ name }) => names.includes(name))
}
