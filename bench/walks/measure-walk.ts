import { setTimeout as sleep } from 'node:timers/promises'
import { askText } from '../ask.ts'
import type { BenchRequest } from '../clients/client.ts'
import { DifferentAnswers } from '../compare.ts'
import type { ContenderProcess } from '../contender-process.ts'
import type { Sample } from '../samples.ts'
import { median, percentile, rotate } from '../statistics.ts'
import type { WalkName, WalkQuery } from './queries.ts'

/** Times inside the server, from the request's head to the answer handed to the system; medians over the rounds, milliseconds. */
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

export interface WalkReport {
  readonly results: readonly WalkResult[]
  readonly ratios: readonly WalkRatio[]
}

/** A contender that tells how long it took. */
export type TimedContender = Pick<ContenderProcess, 'url' | 'takeTimings'>

/** A walk in recursive SQL may take a second, so the database is asked the first ones alone. */
const databaseSamples = 30
const settleMs = 50

/**
 * Ask one walk of the graph in memory and of the database, one request at a time, in turns.
 *
 * @throws DifferentAnswers where the two say something else in one byte
 */
export async function measureWalk(
  { name, document }: WalkQuery,
  contenders: Readonly<Record<'memory' | 'database', TimedContender>>,
  samples: readonly Sample[],
  rounds: number,
  signal: AbortSignal,
): Promise<WalkReport> {
  const requests = samples.map((variables): BenchRequest => ({
    path: '/graphql',
    body: JSON.stringify({ query: document, variables }),
  }))
  const few = requests.slice(0, databaseSamples)
  for (const [index, request] of few.entries()) {
    const [ours, other] = [await ask(contenders.memory, request), await ask(contenders.database, request)]
    if (ours !== other)
      throw new DifferentAnswers(
        `${name} with ${JSON.stringify(samples[index])}: memory says ${ours.slice(0, 300)}, database says ${other.slice(0, 300)}.`,
      )
  }
  const times = { memory: [] as number[][], database: [] as number[][] }
  for (let round = 0; round < rounds; round++)
    for (const contender of rotate(['memory', 'database'] as const, round)) {
      await contenders[contender].takeTimings()
      for (const request of contender === 'memory' ? requests : few) {
        signal.throwIfAborted()
        await ask(contenders[contender], request)
      }
      // An answer may be here before its server has noted that it has left.
      await sleep(settleMs)
      times[contender].push([...(await contenders[contender].takeTimings())])
    }
  const resultOf = (contender: 'memory' | 'database'): WalkResult => ({
    walk: name,
    contender,
    p50: median(times[contender].map((round) => percentile(round, 0.5))),
    p99: median(times[contender].map((round) => percentile(round, 0.99))),
    requests: contender === 'memory' ? requests.length : few.length,
  })
  const quotients = times.database.flatMap((round, at) =>
    round.map((time, index) => time / times.memory[at]![index]!),
  )
  return {
    results: [resultOf('memory'), resultOf('database')],
    ratios: [{ walk: name, ratio: median(quotients) }],
  }
}

async function ask({ url }: TimedContender, request: BenchRequest): Promise<string> {
  const text = await askText(url, request)
  if (text.includes('"errors":')) throw new Error(`${url} answered ${request.body}:\n${text.slice(0, 2000)}`)
  return text
}
