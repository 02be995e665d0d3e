import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask } from '../../bench/ask.ts'
import { listenOnFreePort } from '../../bench/contenders/listen.ts'
import { wholeClientOf } from '../../bench/whole/clients.ts'
import { compareWhole } from '../../bench/whole/compare-whole.ts'
import { readWhole } from '../../bench/whole/fetch-whole.ts'
import { compareAnswers, DifferentAnswers, type AskedContender } from '../../bench/compare.ts'
import { contenderNames } from '../../bench/contender-name.ts'
import { fillHttp, startContenders, type Contender } from '../../bench/contender-set.ts'
import { startLoad } from '../../bench/load.ts'
import { postgraphileFunctions } from '../../bench/postgraphile-functions.ts'
import { allQueries, canonicalQueries } from '../../bench/queries.ts'
import { drawSamples, type Samples } from '../../bench/samples.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { writeSmallGraph } from '../support/small-graph.ts'

const ancestors = [
  ['portugal', 'instance_hypernym', 'aland'],
  ['aland', 'hypernym', 'moskva'],
  ['portugal', 'hypernym', 'andorra'],
  ['andorra', 'hypernym', 'spain'],
  ['spain', 'hypernym', 'moskva'],
  ['moskva', 'hypernym', 'portugal'],
  ['andorra', 'hypernym', 'andorra'],
]
const cursorSecret = 'a secret of the tests'
let database: TestDatabase
const started = new AsyncDisposableStack()
let running: Contender[] = []
let contenders: AskedContender[]
let samples: Samples

beforeAll(async () => {
  database = await createTestDatabase()
  await writeSmallGraph(database.pool)
  for (const relation of ['hypernym', 'instance_hypernym'])
    await database.pool.query(`INSERT INTO kb_relations (key, label) VALUES ($1, $1)`, [relation])
  // Two ways of different length to the same ancestor, a circle, and a start that is its own.
  for (const [source, relation, target] of ancestors)
    await database.pool.query(
      `INSERT INTO kb_edges (source_slug, relation_key, target_slug, content_hash) VALUES ($1, $2, $3, repeat('a', 64))`,
      [source, relation, target],
    )
  // PostGraphile knows no drafts; WordNet has none either.
  await database.pool.query(`UPDATE kb_entities SET status = 'PUBLISHED'`)
  for (const statement of postgraphileFunctions) await database.pool.query(statement)
  samples = await drawSamples(database.pool)
  const environment = {
    DATABASE_URL: database.url,
    KB_CURSOR_SECRET: cursorSecret,
    KB_LOG_LEVEL: 'warn',
    PORT: '0',
  }
  const { signal } = new AbortController()
  running = await startContenders(contenderNames, { environment, cursorSecret }, samples, started, signal)
  await fillHttp(running, canonicalQueries, samples)
  contenders = running.map(({ client, process }) => ({ client, ask: (request) => ask(process.url, request) }))
}, 60_000)
afterAll(async () => {
  await started.disposeAsync()
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
    const measured = canonicalQueries.flatMap(({ name }) => samples[name])
    const expected = (contenders.length - 1) * measured.length
    expect(await compareAnswers(contenders, canonicalQueries, samples, Infinity)).toBe(expected)
    expect(samples.Q2.length).toBeGreaterThan(0)
    expect(samples.Q4.length).toBeGreaterThan(0)
  })

  test('finds SQL and PostGraphile of one meaning about ancestors, whether our API has that walk or not', async () => {
    const [query] = allQueries.filter(({ name }) => name === 'Q8')
    expect(samples.Q8.map(({ s }) => s).sort()).toEqual(['aland', 'andorra', 'moskva', 'portugal', 'spain'])
    const pair = [byName('sql'), byName('postgraphile')]
    expect(await compareAnswers(pair, [query!], samples, Infinity)).toBe(samples.Q8.length)
    const answer = await pair[0]!.ask(pair[0]!.client.request('Q8', { s: 'portugal' }))
    const { reachable } = (answer as { data: { entity: { reachable: { edges: unknown[] } } } }).data.entity
    expect(reachable.edges).toMatchObject(
      [
        [1, 'aland'],
        [1, 'andorra'],
        [2, 'moskva'],
        [2, 'spain'],
      ].map(([depth, slug]) => ({ depth, node: { slug } })),
    )
  })

  test('finds the whole graph the same for all, ours byte for byte', async () => {
    const asked = running.map(({ name, process: { url } }) => ({ name, url }))
    expect(await compareWhole(asked)).toBe(contenderNames.length - 2)
    const { url } = asked.find(({ name }) => name === 'http')!
    const [ours, ready] = [asked[0]!, { name: 'http', url } as const].map((contender) =>
      readWhole(contender.url, wholeClientOf(contender.name)),
    )
    expect((await ours!).hash).toBe((await ready!).hash)
  })

  test('ends the run where a whole graph differs in one place', async () => {
    const altered = createServer((_, response) => response.end(changed))
    const { url } = running.find(({ name }) => name === 'sql')!.process
    const { bytes } = await readWhole(url, wholeClientOf('sql'))
    const changed = bytes.toString().replace('"Spain"', '"Sprain"')
    const liarUrl = await listenOnFreePort(altered)
    const run = compareWhole([
      { name: 'database', url: running.find(({ name }) => name === 'database')!.process.url },
      { name: 'sql', url: liarUrl },
    ])
    await expect(run).rejects.toThrow(/Q7: .+database and sql differ: nodes\[\d+\].+Spain.+Sprain/)
    altered.close()
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
    const others = contenders.filter(({ client }) => client.name !== 'http') // which knows no other question
    await expect(compareAnswers(others, [query!], unknown, 1)).rejects.toThrow('no sample has an answer')
  })
})

describe('the load', () => {
  test('counts what was answered in its window, and fails where a request does', async () => {
    const { url } = running.find(({ name }) => name === 'sql')!.process
    const load = startLoad(new AbortController().signal)
    try {
      const { client } = byName('sql')
      const requests = samples.Q1.map((sample) => client.request('Q1', sample))
      const edges: string[] = []
      const order = { url, requests, by: 'zipf', concurrency: 4, settleMs: 50, windowMs: 300 } as const
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
