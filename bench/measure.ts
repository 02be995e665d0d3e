import type { AnswerCount } from './answer-count.ts'
import type { BenchRequest } from './clients/client.ts'
import type { ContenderName } from './contender-name.ts'
import type { Load } from './load.ts'
import { readUsage, usedMs, type UsageReading } from './process-usage.ts'
import type { CanonicalQuery, QueryName } from './queries.ts'
import type { StatementCount } from './statement-count.ts'
import { medianOfKnown, rotate } from './statistics.ts'

/** What is measured of one contender in one round. CPU is milliseconds a request; null where it cannot be read. */
export interface Round {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly nodeCpuMs: number | null
  readonly postgresCpuMs: number | null
  readonly rssMb: number | null
}

/** Medians over the rounds; times are milliseconds. */
export interface Result extends Round {
  readonly query: QueryName
  readonly contender: ContenderName
  readonly concurrency: number
  /** SQL statements a request; below 1 where requests in flight share one. */
  readonly statementsPerRequest: number
  /** The part of the answers that came from the response cache, over all rounds; null of a contender without one. */
  readonly cacheHits: number | null
  readonly rounds: readonly Round[]
}

export interface MeasuredContender {
  readonly name: ContenderName
  readonly url: string
  readonly pid: number
  readonly requests: readonly BenchRequest[]
  /** Of a contender with a response cache. */
  readonly countAnswers: (() => Promise<AnswerCount>) | null
}

export interface MeasureOptions {
  readonly contenders: readonly MeasuredContender[]
  readonly postmasterPid: number
  readonly load: Load
  readonly statements: StatementCount
  readonly concurrency: number
  readonly rounds: number
  readonly timing: { readonly warmUpMs: number; readonly settleMs: number; readonly windowMs: number }
}

/** Measure one query at one concurrency: the contenders warm up, then take turns, each round begun by another one. */
export async function measure({ name }: CanonicalQuery, options: MeasureOptions): Promise<Result[]> {
  const { contenders, concurrency, load, statements, timing } = options
  const { warmUpMs, settleMs, windowMs } = timing
  const orderFor = ({ url, requests }: MeasuredContender) =>
    ({ url, requests, by: 'zipf', concurrency }) as const
  const statementsPerRequest = new Map<ContenderName, number>()
  for (const contender of contenders) {
    const order = { ...orderFor(contender), settleMs: 0, windowMs: warmUpMs }
    const { result, statements: count } = await statements.during(() => load.run(order))
    statementsPerRequest.set(contender.name, count / result.total)
  }
  const countedBefore = await countAll(contenders)
  const rounds = new Map<ContenderName, Round[]>(contenders.map((contender) => [contender.name, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const contender of rotate(contenders, round)) {
      const readings: UsageReading[] = []
      const order = { ...orderFor(contender), settleMs, windowMs }
      const { requests, requestsPerSecond, p50, p99 } = await load.run(order, () =>
        readings.push(readUsage(contender.pid, options.postmasterPid)),
      )
      const [before, after] = readings as [UsageReading, UsageReading]
      const perRequest = (used: number | null) => used && used / requests
      rounds.get(contender.name)!.push({
        requestsPerSecond,
        p50,
        p99,
        nodeCpuMs: perRequest(usedMs(before.nodeMs, after.nodeMs)),
        postgresCpuMs: perRequest(usedMs(before.postgresMs, after.postgresMs)),
        rssMb: after.rssMb,
      })
    }
  }
  const countedAfter = await countAll(contenders)
  return contenders.map((contender, at) => ({
    query: name,
    contender: contender.name,
    concurrency,
    ...mediansOf(rounds.get(contender.name)!),
    statementsPerRequest: statementsPerRequest.get(contender.name)!,
    cacheHits: hitRatio(countedBefore[at]!, countedAfter[at]!),
    rounds: rounds.get(contender.name)!,
  }))
}

const countAll = (contenders: readonly MeasuredContender[]) =>
  Promise.all(contenders.map(async ({ countAnswers }) => (countAnswers === null ? null : countAnswers())))

function hitRatio(before: AnswerCount | null, after: AnswerCount | null): number | null {
  if (before === null || after === null) return null
  return (after.cached - before.cached) / (after.all - before.all)
}

function mediansOf(rounds: readonly Round[]): Round {
  const middle = (pick: (round: Round) => number | null) => medianOfKnown(rounds.map(pick))
  return {
    requestsPerSecond: middle((round) => round.requestsPerSecond)!,
    p50: middle((round) => round.p50)!,
    p99: middle((round) => round.p99)!,
    nodeCpuMs: middle((round) => round.nodeCpuMs),
    postgresCpuMs: middle((round) => round.postgresCpuMs),
    rssMb: middle((round) => round.rssMb),
  }
}
