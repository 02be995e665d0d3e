import { parseArgs } from 'node:util'
import { contenderNames, isOwn, type ContenderName } from './contender-name.ts'
import { canonicalQueries, type CanonicalQuery } from './queries.ts'

/** What a run is to do. */
export interface BenchOptions {
  readonly contenders: readonly ContenderName[]
  /** Those that are put under load. */
  readonly queries: readonly CanonicalQuery[]
  /** Whether Q7, the whole graph, is measured. */
  readonly whole: boolean
  /** Whether the walks are. */
  readonly walks: boolean
  /** Samples of each walk. */
  readonly walkSamples: number
  readonly concurrencies: readonly number[]
  readonly rounds: number
  readonly timing: { readonly warmUpMs: number; readonly settleMs: number; readonly windowMs: number }
  /** Samples of each query whose answers are compared before anything is measured. */
  readonly comparedSamples: number
  readonly json: boolean
  readonly record: boolean
}

export const usage = `Usage: npm run bench -- [options]

Measures this server, from memory and from its database, against hand-written SQL, PostGraphile and a bare HTTP server with the
answers at hand, on WordNet, on one PostgreSQL, interleaved.

  --quick            concurrency 16 alone, short rounds: 10 minutes (all: about 40 minutes)
  --query Q1,Q7      only these of Q1 to Q8 and WALKS; Q7 is the whole graph
  --contenders a,b   only these of ${contenderNames.join(', ')}
  --rounds N         rounds of each measurement, 5 by default
  --record           writes the tables into docs/performance.md, and the charts beside it
  --json             prints the results as JSON on standard output, and nothing else there
  --help             prints this`

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
  const parts =
    values.query === undefined ? partNames : chosen('--query', values.query.toUpperCase(), partNames)
  const contenders =
    values.contenders === undefined
      ? contenderNames
      : chosen('--contenders', values.contenders.toLowerCase(), contenderNames)
  if (contenders.includes('http') && !contenders.some(isOwn))
    throw new UsageError('--contenders: http has the answers of one of ours; name memory or database too.')
  if (values.record && (values.query ?? values.contenders) !== undefined)
    throw new UsageError('--record writes whole tables; leave --query and --contenders out.')
  const quick = values.quick ?? false
  return {
    contenders,
    queries: canonicalQueries.filter(({ name }) => parts.includes(name)),
    whole: parts.includes('Q7'),
    walks: parts.includes('WALKS'),
    walkSamples: quick ? 100 : 300,
    rounds,
    concurrencies: quick ? [16] : [1, 16, 64],
    timing: quick
      ? { warmUpMs: 1000, settleMs: 150, windowMs: 700 }
      : { warmUpMs: 2500, settleMs: 400, windowMs: 2000 },
    comparedSamples: quick ? 60 : 300,
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
        contenders: { type: 'string' },
        rounds: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** What can be measured, by the names that `--query` takes. */
const partNames: readonly string[] = [...canonicalQueries.map(({ name }) => name), 'Q7', 'WALKS'].sort()

function chosen<Name extends string>(option: string, list: string, known: readonly Name[]): Name[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !known.some((candidate) => candidate === name))
  if (unknown !== undefined) throw new UsageError(`${option} ${unknown} is none of ${known.join(', ')}.`)
  return known.filter((name) => names.includes(name))
}
