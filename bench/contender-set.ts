import { ask } from './ask.ts'
import type { BenchClient } from './clients/client.ts'
import { createOwnClient } from './clients/own-client.ts'
import { createPostgraphileClient } from './clients/postgraphile-client.ts'
import { createSqlClient } from './clients/sql-client.ts'
import { isOwn, type ContenderName } from './contender-name.ts'
import { startContender, type ContenderProcess } from './contender-process.ts'
import { handAnswers } from './known-answers.ts'
import type { CanonicalQuery } from './queries.ts'
import type { Samples } from './samples.ts'
import { waitForSnapshot } from './wait-for-snapshot.ts'

/** A contender that runs, and how it is asked. */
export interface Contender {
  readonly name: ContenderName
  readonly process: ContenderProcess
  readonly client: BenchClient
}

export interface ContenderSettings {
  readonly environment: Readonly<Record<string, string>>
  /** The secret among the environment with which our servers sign cursors. */
  readonly cursorSecret: string
}

/**
 * Start contenders one after another, until each answers as it will be measured.
 *
 * @param started takes what must be stopped in the end, also where this throws
 */
export async function startContenders(
  names: readonly ContenderName[],
  { environment, cursorSecret }: ContenderSettings,
  samples: Samples,
  started: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Contender[]> {
  const contenders: Contender[] = []
  for (const name of names) {
    signal.throwIfAborted()
    const process = await startContender(name, environment)
    started.defer(() => process.stop())
    if (name === 'memory' || name === 'uncached') await waitForSnapshot(process.url, signal)
    contenders.push({ name, process, client: await clientOf(name, process.url, cursorSecret, samples) })
  }
  return contenders
}

function clientOf(
  name: ContenderName,
  url: string,
  cursorSecret: string,
  samples: Samples,
): BenchClient | Promise<BenchClient> {
  if (name === 'sql') return createSqlClient()
  if (name === 'postgraphile') return createPostgraphileClient((request) => ask(url, request), samples.Q5)
  return createOwnClient(cursorSecret, name)
}

/** Hand the answers of one of ours to `http`, where there is one. Not of `memory`, if there is another: its cache must fill under load. */
export async function fillHttp(
  contenders: readonly Contender[],
  queries: readonly CanonicalQuery[],
  samples: Samples,
): Promise<void> {
  const http = contenders.find(({ name }) => name === 'http')
  const own = contenders.filter(({ name }) => isOwn(name)).sort((a, b) => rankOf(a) - rankOf(b))[0]
  if (!http || !own) return
  const requests = queries.flatMap(({ name }) =>
    samples[name].map((sample) => own.client.request(name, sample)),
  )
  await handAnswers(own.process.url, http.process.url, requests)
}

const sources: readonly ContenderName[] = ['uncached', 'database', 'unarmed', 'memory']
const rankOf = ({ name }: Contender) => sources.indexOf(name)
