import { median, percentile } from '../statistics.ts'
import type { WalkName } from './queries.ts'

/** Medians over the rounds, milliseconds. */
export interface WalkResult {
  readonly walk: WalkName
  readonly contender: 'memory' | 'database'
  readonly p50: number
  readonly p99: number
  /** Requests a round. */
  readonly requests: number
}

/** How many times longer the same walks take in recursive SQL: the median of the quotients, walk by walk. */
export interface WalkRatio {
  readonly walk: WalkName
  readonly ratio: number
}

export interface WalkTimes {
  readonly results: readonly WalkResult[]
  readonly ratios: readonly WalkRatio[]
}

/** Whole answers, and the walks alone. */
export interface WalkReport extends WalkTimes {
  readonly reads: WalkTimes
}

const noTimes: WalkTimes = { results: [], ratios: [] }

export const noWalks: WalkReport = { ...noTimes, reads: noTimes }

/** A walk in recursive SQL may take a second, so the database is asked the first ones alone. */
export const databaseSamples = 30

/** What is told of a walk by its rounds, each a list of milliseconds, those of the database about the first samples alone. */
export function timesOf(
  walk: WalkName,
  times: Readonly<Record<'memory' | 'database', readonly (readonly number[])[]>>,
): WalkTimes {
  const resultOf = (contender: 'memory' | 'database') => ({
    walk,
    contender,
    p50: median(times[contender].map((round) => percentile(round, 0.5))),
    p99: median(times[contender].map((round) => percentile(round, 0.99))),
    requests: times[contender][0]?.length ?? 0,
  })
  const quotients = times.database.flatMap((round, at) =>
    round.map((time, index) => time / times.memory[at]![index]!),
  )
  return {
    results: [resultOf('memory'), resultOf('database')],
    ratios: [{ walk, ratio: median(quotients) }],
  }
}
