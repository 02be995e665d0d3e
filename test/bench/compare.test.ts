import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../../bench/ask.ts'
import { createDatabaseClient } from '../../bench/clients/database-client.ts'
import { createPostgraphileClient } from '../../bench/clients/postgraphile-client.ts'
import { createSqlClient } from '../../bench/clients/sql-client.ts'
import { compareAnswers, DifferentAnswers, type AskedContender } from '../../bench/compare.ts'
import { contenderNames } from '../../bench/contender-name.ts'
import { startContender, type ContenderProcess } from '../../bench/contender-process.ts'
import { startLoad } from '../../bench/load.ts'
import { postgraphileFunctions } from '../../bench/postgraphile-functions.ts'
import { canonicalQueries } from '../../bench/queries.ts'
import { drawSamples, type Samples } from '../../bench/samples.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

const cursorSecret = 'a secret of the tests'
let database: TestDatabase
let processes: ContenderProcess[] = []
let contenders: AskedContender[]
let samples: Samples

beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  // PostGraphile knows no drafts; WordNet has none either.
  await database.pool.query(`UPDATE kb_entities SET status = 'PUBLISHED'`)
  for (const statement of postgraphileFunctions) await database.pool.query(statement)
  samples = await drawSamples(database.pool)
  const settings = {
    DATABASE_URL: database.url,
    KB_CURSOR_SECRET: cursorSecret,
    KB_LOG_LEVEL: 'warn',
    PORT: '0',
  }
  processes = await Promise.all(contenderNames.map((name) => startContender(name, settings)))
  const urlOf = (name: string) => processes.find((contender) => contender.name === name)!.url
  const clients = [
    createDatabaseClient(cursorSecret),
    createDatabaseClient(cursorSecret, 'unarmed'),
    createSqlClient(),
    await createPostgraphileClient((request) => ask(urlOf('postgraphile'), request), samples.Q5),
  ]
  contenders = clients.map((client) => ({ client, ask: (request) => ask(urlOf(client.name), request) }))
}, 60_000)
afterAll(async () => {
  await Promise.all(processes.map((contender) => contender.stop()))
  await database.drop()
})

const byName = (name: string) => contenders.find(({ client }) => client.name === name)!

/** A contender that tells something else about one title. */
function liar(name: string): AskedContender {
  const honest = byName(name)
  return {
    client: honest.client,
    async ask(request) {
      const text = JSON.stringify(await honest.ask(request))
      return JSON.parse(text.replaceAll('"title":"Spain"', '"title":"Sprain"')) as unknown
    },
  }
}

describe('the comparison', () => {
  test('finds the contenders saying the same, all samples of all queries', async () => {
    const expected = (contenders.length - 1) * Object.values(samples).flat().length
    expect(await compareAnswers(contenders, canonicalQueries, samples, Infinity)).toBe(expected)
    expect(samples.Q2.length).toBeGreaterThan(0)
    expect(samples.Q4.length).toBeGreaterThan(0)
  })

  test('finds the hand-written SQL of one meaning with ours for symmetric edges stored the other way round too', async () => {
    const queries = canonicalQueries.filter(({ name }) => ['Q2', 'Q4'].includes(name))
    const everywhere = { ...samples, Q2: samples.Q1, Q4: samples.Q1 }
    expect(samples.Q1.length).toBeGreaterThan(samples.Q2.length)
    const pair = [byName('database'), byName('sql')]
    expect(await compareAnswers(pair, queries, everywhere, Infinity)).toBe(2 * samples.Q1.length)
  })

  test.each(contenderNames)('ends the run where %s says something else in one place', async (name) => {
    const planted = contenders.map((contender) => (contender.client.name === name ? liar(name) : contender))
    for (const query of canonicalQueries.filter((candidate) => ['Q1', 'Q5', 'Q6'].includes(candidate.name))) {
      const run = compareAnswers(planted, [query], samples, Infinity)
      await expect(run).rejects.toThrow(DifferentAnswers)
      await expect(run).rejects.toThrow(/^Q\d with .+title: .+Sp(r?)ain.+Sp(r?)ain/)
    }
  })

  test('ends the run where one contender has an item more, or another order', async () => {
    const [query] = canonicalQueries.filter(({ name }) => name === 'Q5')
    const changed = (change: (edges: unknown[]) => unknown[]): AskedContender => ({
      client: byName('sql').client,
      async ask(request) {
        const answer = (await byName('sql').ask(request)) as { data: { entities: { edges: unknown[] } } }
        answer.data.entities.edges = change(answer.data.entities.edges)
        return answer
      },
    })
    for (const change of [
      (edges: unknown[]) => edges.slice(0, -1),
      (edges: unknown[]) => [...edges].reverse(),
    ]) {
      const run = compareAnswers([byName('database'), changed(change)], [query!], samples, Infinity)
      await expect(run).rejects.toThrow(DifferentAnswers)
    }
  })

  test('ends the run where nothing was found, which would measure nothing', async () => {
    const [query] = canonicalQueries
    const unknown = { ...samples, Q1: [{ s: 'no-such-thing' }] }
    await expect(compareAnswers(contenders, [query!], unknown, 1)).rejects.toThrow('no sample has an answer')
  })
})

describe('the load', () => {
  test('counts what was answered in its window, and fails where a request does', async () => {
    const { url } = processes.find(({ name }) => name === 'sql')!
    const load = startLoad(new AbortController().signal)
    try {
      const { client } = byName('sql')
      const requests = samples.Q1.map((sample) => client.request('Q1', sample))
      const edges: string[] = []
      const order = { url, requests, concurrency: 4, settleMs: 50, windowMs: 300 }
      const result = await load.run(order, (edge) => edges.push(edge))
      expect(edges).toEqual(['begin', 'end'])
      expect(result.requests).toBeGreaterThan(10)
      expect(result.total).toBeGreaterThanOrEqual(result.requests)
      expect(result.requestsPerSecond).toBeCloseTo(result.requests / 0.3, -3)
      expect(result.p99).toBeGreaterThanOrEqual(result.p50)
      const wrong = [{ path: '/Q1', body: '{"s":' }]
      await expect(load.run({ ...order, requests: wrong })).rejects.toThrow('status 500')
    } finally {
      await load.stop()
    }
  })
})
