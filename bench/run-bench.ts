import { randomBytes } from 'node:crypto'
import { openAnswerCount } from './answer-count.ts'
import { ask } from './ask.ts'
import { compareAnswers } from './compare.ts'
import { fillHttp, startContenders, type Contender } from './contender-set.ts'
import { benchDataDir, openBenchDatabase, type BenchDatabase } from './database.ts'
import { startLoad } from './load.ts'
import { describeMachine, readVersions } from './machine.ts'
import { measure, type Result } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { ratiosOf, type BenchReport } from './report.ts'
import { drawSamples, type Samples } from './samples.ts'
import { createStatementCount } from './statement-count.ts'
import { measureReads, openWalkReaders } from './walks/measure-reads.ts'
import { measureWalk } from './walks/measure-walk.ts'
import { drawWalkSamples, walkQueries } from './walks/queries.ts'
import { noWalks, type WalkReport, type WalkTimes } from './walks/walk-times.ts'
import { compareWhole } from './whole/compare-whole.ts'
import { measureWhole, type WholeResult } from './whole/measure-whole.ts'

const firstOf = (samples: Samples, count: number): Samples =>
  Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, all.slice(0, count)])) as never

type Say = (line: string) => void

/**
 * A whole run: database, contenders, comparison, measurement. Whatever it started has ended when it returns or throws.
 *
 * @param say told what happens, a line at a time
 * @throws DifferentAnswers where the contenders do not agree; AbortError where `signal` is aborted
 */
export async function runBench(options: BenchOptions, signal: AbortSignal, say: Say): Promise<BenchReport> {
  const machine = describeMachine()
  await using started = new AsyncDisposableStack()
  const database = await openBenchDatabase(signal, { info: say, warn: say })
  started.defer(() => database.stop())
  const samples = await drawSamples(database.pool)
  const cursorSecret = randomBytes(24).toString('hex')
  const environment = {
    DATABASE_URL: database.url,
    KB_CURSOR_SECRET: cursorSecret,
    KB_DATA_DIR: benchDataDir,
    KB_LOG_LEVEL: 'warn',
    // Every client's account is kept, and none is ever empty.
    KB_RATE_LIMIT: '2000000000',
    PORT: '0',
  }
  const settings = { environment, cursorSecret }
  const contenders = await startContenders(options.contenders, settings, samples, started, signal)

  const results = await measureQueries(options, contenders, database, samples, signal, say)
  const whole = options.whole ? await measureWholeGraph(options, contenders, signal, say) : []
  const walks = options.walks ? await measureWalks(options, contenders, database, signal, say) : noWalks
  const versions = await readVersions(database.pool)
  return { machine, versions, results, ratios: ratiosOf(results), whole, walks }
}

async function measureQueries(
  options: BenchOptions,
  contenders: readonly Contender[],
  database: BenchDatabase,
  samples: Samples,
  signal: AbortSignal,
  say: Say,
): Promise<Result[]> {
  if (options.queries.length === 0) return []
  const statements = await createStatementCount(database.pool)
  await fillHttp(contenders, options.queries, firstOf(samples, options.comparedSamples))
  const compared = await compareAnswers(
    contenders.map(({ client, process }) => ({
      client,
      ask: async (request) => {
        signal.throwIfAborted()
        return ask(process.url, request)
      },
    })),
    options.queries,
    samples,
    options.comparedSamples,
  )
  say(`The contenders agree in ${compared} answers.`)

  const memory = contenders.find(({ name }) => name === 'memory')?.process
  const countAnswers = memory ? await openAnswerCount(memory.url, memory.password) : null
  await using load = startLoad(signal)
  const results: Result[] = []
  for (const concurrency of options.concurrencies)
    for (const query of options.queries) {
      await fillHttp(contenders, [query], samples)
      const found = await measure(query, {
        ...options,
        concurrency,
        load,
        statements,
        postmasterPid: database.postmasterPid,
        contenders: contenders.map(({ name, client, process: { url, pid } }) => ({
          name,
          url,
          pid,
          requests: samples[query.name].map((sample) => client.request(query.name, sample)),
          countAnswers: name === 'memory' ? countAnswers : null,
        })),
      })
      results.push(...found)
      const hits = found.find(({ cacheHits }) => cacheHits !== null)?.cacheHits
      const speeds = found.map((result) => `${result.contender} ${result.requestsPerSecond.toFixed(0)}`)
      say(
        `${query.name} (${query.title}) at concurrency ${concurrency}, requests a second: ${speeds.join(', ')}${hits == null ? '' : `; ${(hits * 100).toFixed(0)} % of the answers of memory came from its cache`}`,
      )
    }
  return results
}

async function measureWholeGraph(
  options: BenchOptions,
  contenders: readonly Contender[],
  signal: AbortSignal,
  say: Say,
): Promise<WholeResult[]> {
  // Without its armour the same bytes come the same way.
  const asked = contenders
    .filter(({ name }) => name !== 'unarmed')
    .map(({ name, process: { url, pid } }) => ({ name, url, pid }))
  const compared = await compareWhole(asked)
  say(`The contenders agree in ${compared} answers with the whole graph.`)
  const whole = await measureWhole(asked, options.rounds, signal)
  const seconds = whole.map((result) => `${result.contender} ${result.seconds.toFixed(2)}`)
  say(`Q7 (the whole graph), seconds: ${seconds.join(', ')}`)
  return whole
}

async function measureWalks(
  options: BenchOptions,
  contenders: readonly Contender[],
  database: BenchDatabase,
  signal: AbortSignal,
  say: Say,
): Promise<WalkReport> {
  const processOf = (name: string) => contenders.find((contender) => contender.name === name)?.process
  // Out of memory, but made each time: no two visitors ask for the same walk.
  const [memory, other] = [processOf('uncached'), processOf('database')]
  if (!memory || !other) return noWalks
  const readers = await openWalkReaders(database.pool)
  const timing = { rounds: options.rounds, warmUpMs: options.timing.warmUpMs }
  const reports: WalkTimes[] = []
  const reads: WalkTimes[] = []
  for (const query of walkQueries) {
    const samples = await drawWalkSamples(database.pool, query, options.walkSamples)
    const report = await measureWalk(query, { memory, database: other }, samples, timing, signal)
    const times = report.results.map(({ contender, p50 }) => `${contender} ${p50.toFixed(2)}`)
    say(`${query.name} (${query.title}), milliseconds: ${times.join(', ')}`)
    reports.push(report)
    reads.push(await measureReads(query.name, readers, samples, timing, signal))
  }
  return { ...joined(reports), reads: joined(reads) }
}

function joined(times: readonly WalkTimes[]): WalkTimes {
  return {
    results: times.flatMap(({ results }) => results),
    ratios: times.flatMap(({ ratios }) => ratios),
  }
}
