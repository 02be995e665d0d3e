import { randomBytes } from 'node:crypto'
import { ask } from './ask.ts'
import { createDatabaseClient } from './clients/database-client.ts'
import { createPostgraphileClient } from './clients/postgraphile-client.ts'
import { createSqlClient } from './clients/sql-client.ts'
import { compareAnswers } from './compare.ts'
import { contenderNames } from './contender-name.ts'
import { startContender, type ContenderProcess } from './contender-process.ts'
import { benchDataDir, openBenchDatabase } from './database.ts'
import { startLoad } from './load.ts'
import { describeMachine, readVersions } from './machine.ts'
import { measure, type Result } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { ratiosOf, type BenchReport } from './report.ts'
import { drawSamples } from './samples.ts'
import { createStatementCount } from './statement-count.ts'

/**
 * A whole run: database, contenders, comparison, measurement. Whatever it started has ended when it returns or throws.
 *
 * @param say told what happens, a line at a time
 * @throws DifferentAnswers where the contenders do not agree; AbortError where `signal` is aborted
 */
export async function runBench(
  options: BenchOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<BenchReport> {
  const machine = describeMachine()
  await using started = new AsyncDisposableStack()
  const log = { info: say, warn: say }
  const database = await openBenchDatabase(signal, log)
  started.defer(() => database.stop())
  const samples = await drawSamples(database.pool)
  const statements = await createStatementCount(database.pool)

  const cursorSecret = randomBytes(24).toString('hex')
  const settings = {
    DATABASE_URL: database.url,
    KB_CURSOR_SECRET: cursorSecret,
    KB_DATA_DIR: benchDataDir,
    KB_LOG_LEVEL: 'warn',
    // Every client's account is kept, and none is ever empty.
    KB_RATE_LIMIT: '2000000000',
    PORT: '0',
  }
  const processes: ContenderProcess[] = []
  for (const name of contenderNames) {
    signal.throwIfAborted()
    const contender = await startContender(name, settings)
    started.defer(() => contender.stop())
    processes.push(contender)
  }
  const urlOf = (name: string) => processes.find((contender) => contender.name === name)!.url
  const clients = [
    createDatabaseClient(cursorSecret),
    createDatabaseClient(cursorSecret, 'unarmed'),
    createSqlClient(),
    await createPostgraphileClient((request) => ask(urlOf('postgraphile'), request), samples.Q5),
  ]

  const compared = await compareAnswers(
    clients.map((client) => ({
      client,
      ask: async (request) => {
        signal.throwIfAborted()
        return ask(urlOf(client.name), request)
      },
    })),
    options.queries,
    samples,
    options.comparedSamples,
  )
  say(`The contenders agree in ${compared} answers.`)

  const load = startLoad(signal)
  started.defer(() => load.stop())
  const results: Result[] = []
  for (const concurrency of options.concurrencies) {
    for (const query of options.queries) {
      const found = await measure(query, {
        ...options,
        concurrency,
        load,
        statements,
        postmasterPid: database.postmasterPid,
        contenders: processes.map(({ name, url, pid }) => {
          const client = clients.find((candidate) => candidate.name === name)!
          return {
            name,
            url,
            pid,
            requestsOf: (of) => samples[of].map((sample) => client.request(of, sample)),
          }
        }),
      })
      results.push(...found)
      const speeds = found.map((result) => `${result.contender} ${result.requestsPerSecond.toFixed(0)}`)
      say(
        `${query.name} (${query.title}) at concurrency ${concurrency}, requests a second: ${speeds.join(', ')}`,
      )
    }
  }
  return { machine, versions: await readVersions(database.pool), results, ratios: ratiosOf(results) }
}
