import { setTimeout as sleep } from 'node:timers/promises'
import { askText } from '../ask.ts'
import type { BenchRequest } from '../clients/client.ts'
import { DifferentAnswers } from '../compare.ts'
import type { ContenderProcess } from '../contender-process.ts'
import type { Sample } from '../samples.ts'
import { rotate } from '../statistics.ts'
import { databaseSamples, timesOf, type WalkTimes } from './walk-times.ts'
import type { WalkQuery } from './queries.ts'
import { warmUp, type WalkTiming } from './warm-up.ts'

/** A contender that tells how long it took. */
export type TimedContender = Pick<ContenderProcess, 'url' | 'takeTimings'>

const settleMs = 50

/**
 * Ask one walk of the graph in memory and of the database, one request at a time, in turns after both have warmed up.
 *
 * @throws DifferentAnswers where the two say something else in one byte
 */
export async function measureWalk(
  { name, document }: WalkQuery,
  contenders: Readonly<Record<'memory' | 'database', TimedContender>>,
  samples: readonly Sample[],
  timing: WalkTiming,
  signal: AbortSignal,
): Promise<WalkTimes> {
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
  await warmUp(requests, timing, signal, (request) => ask(contenders.memory, request))
  await warmUp(few, timing, signal, (request) => ask(contenders.database, request))
  const times = { memory: [] as number[][], database: [] as number[][] }
  for (let round = 0; round < timing.rounds; round++)
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
  return timesOf(name, times)
}

async function ask({ url }: TimedContender, request: BenchRequest): Promise<string> {
  const text = await askText(url, request)
  if (text.includes('"errors":')) throw new Error(`${url} answered ${request.body}:\n${text.slice(0, 2000)}`)
  return text
}
