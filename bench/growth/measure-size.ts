import { rm, stat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { ask } from '../ask.ts'
import { startLoad } from '../load.ts'
import { changes, commit, rewrittenTitles, versionOf } from './changes.ts'
import { mix, slugAt } from './make-graph.ts'
import { startReads, type SteadyReads } from './steady-reads.ts'
import { startWatched, type WatchedServer } from './watched-server.ts'

/** Figures of one size, by what they are of, in the order of the table. */
export type Figures = Map<string, number>

interface Bench {
  readonly pool: Pool
  readonly url: string
  readonly dataDir: string
  readonly entities: number
  /** Where rounds of changes begin, so that a kept graph is not asked for what it has. */
  readonly firstRound: number
  readonly signal: AbortSignal
  readonly log: (line: string) => void
}

const readsPerSecond = 200
const rounds = 5

const roundsPerVersion = 30_000

export async function measureSize(options: Omit<Bench, 'firstRound'>): Promise<Figures> {
  const bench: Bench = { ...options, firstRound: (await versionOf(options.pool)) * roundsPerVersion }
  const figures: Figures = new Map()
  const note = (name: string, value: number) => {
    figures.set(name, value)
    bench.log(`  ${name}: ${value.toFixed(value < 10 ? 2 : 0)}`)
  }
  const graphDir = join(bench.dataDir, 'graph')
  await rm(graphDir, { recursive: true, force: true })
  const first = await startWatched(bench.url, bench.dataDir)
  note('start from Postgres, s', first.startSeconds)
  await first.stop()
  const server = await startWatched(bench.url, bench.dataDir)
  note('start from disk, s', server.startSeconds)
  const sizes = await Promise.all(
    (await readdir(graphDir)).map(async (name) => (await stat(join(graphDir, name))).size),
  )
  note('file on disk, MB', sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20)
  await server.stop()

  await rm(graphDir, { recursive: true, force: true })
  const measured = await startWatched(bench.url, bench.dataDir)
  try {
    await sleep(3000)
    const loaded = (await measured.takeStalls()).rssMb
    note('RSS after load, MB', loaded)
    const reads = startReads(measured.url, bench.entities, readsPerSecond)
    try {
      await warmUp(measured, note)
      await sleep(5000)
      await measureChanges(bench, measured, reads, note)
    } finally {
      reads.stop()
    }
    await measureThroughput(bench, measured, note)
    for (let round = 0; round < 10; round++)
      await commit(bench.pool, rewrittenTitles(bench.entities, 1000, bench.firstRound + round))
    await sleep(5000)
    const written = (await measured.takeStalls()).rssMb
    note('RSS after 10,000 writes, MB', written)
    note('… times that after load', written / loaded)
    await measureMetrics(bench, measured, note)
  } finally {
    note('SIGTERM while metrics run, ms', await measured.stop())
  }
  return figures
}

type Note = (name: string, value: number) => void

const firstAnswers: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  'TITLE order': (url) =>
    query(url, '{ entities(first: 20, orderBy: [{ field: TITLE }]) { nodes { slug title } } }'),
  facets: (url) =>
    query(url, '{ entities(first: 1) { facets(by: [KIND, TAG]) { buckets { value count } } } }'),
  'entity tag': (url) => fetch(`${url}/api/constellation`, { method: 'HEAD' }),
}

function query(url: string, text: string): Promise<unknown> {
  return ask(url, { path: '/graphql', body: JSON.stringify({ query: text }) })
}

async function warmUp({ url }: WatchedServer, note: Note): Promise<void> {
  for (let round = 0; round < 3; round++)
    for (const [what, answer] of Object.entries(firstAnswers)) {
      const asked = performance.now()
      await answer(url)
      if (round === 0) note(`first answer after the start: ${what}, ms`, performance.now() - asked)
    }
}

async function measureChanges(
  { pool, entities, firstRound, signal }: Bench,
  server: WatchedServer,
  reads: SteadyReads,
  note: Note,
): Promise<void> {
  // The first answers after the start are not what is measured here.
  reads.takeLatencies()
  await server.takeStalls()
  await sleep(3000)
  const still = await server.takeStalls()
  note('longest stall without a change, ms', still.longest)
  note('… of the processor, ms', still.longestOfProcessor)
  const answers = new Map<string, number[]>()
  for (const [name, rowsOf] of Object.entries(changes)) {
    const [stalls, processor, visible]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      signal.throwIfAborted()
      await server.takeStalls()
      const number = firstRound + round + Object.keys(changes).indexOf(name) * 100
      const version = await commit(pool, rowsOf(entities, number))
      visible.push(await reads.sees(version))
      await sleep(300)
      const { longest, longestOfProcessor } = await server.takeStalls()
      stalls.push(longest)
      processor.push(longestOfProcessor)
      for (const [what, answer] of Object.entries(firstAnswers)) {
        const asked = performance.now()
        await answer(server.url)
        answers.set(what, [...(answers.get(what) ?? []), performance.now() - asked])
      }
      const { longest: ofAnswers } = await server.takeStalls()
      answers.set('stall of these', [...(answers.get('stall of these') ?? []), ofAnswers])
    }
    note(`${name}: longest stall, ms`, median(stalls))
    note(`${name}: … of the processor, ms`, median(processor))
    note(`${name}: seen after, ms`, median(visible))
  }
  for (const [what, times] of answers) note(`first answer after a change: ${what}, ms`, median(times))
  const latencies = reads.takeLatencies()
  note('reads meanwhile, p99, ms', latencies[Math.floor(latencies.length * 0.99)]!)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

/**
 * Reads as fast as they come, with an edge a second and without, in turn. Each is of another entity, so that most are not answered
 * from the cache of responses, which each version empties.
 */
async function measureThroughput(
  { pool, entities, firstRound, signal }: Bench,
  { url }: WatchedServer,
  note: Note,
) {
  await using load = startLoad(signal)
  const requests = Array.from({ length: 20_000 }, (_, at) => ({
    path: '/graphql',
    body: JSON.stringify({
      query:
        'query ($slug: Key!) { entity(by: { slug: $slug }) { title reachable(maxDepth: 2, first: 20) { nodes { slug } } } }',
      variables: { slug: slugAt(mix(at) % entities) },
    }),
  }))
  const order = { url, requests, by: 'turn', concurrency: 8, settleMs: 1000, windowMs: 5000 } as const
  const ratios: number[] = []
  for (let round = 0; round < 5; round++) {
    const without = await load.run(order)
    let edge = firstRound + 10_000 + round * 20
    const timer = setInterval(() => void commit(pool, changes['one edge']!(entities, edge++)), 1000)
    try {
      const { requestsPerSecond } = await load.run(order)
      ratios.push(requestsPerSecond / without.requestsPerSecond)
      if (round === 0) note('reads a second, 8 at a time', without.requestsPerSecond)
    } finally {
      clearInterval(timer)
    }
  }
  note('… with an edge a second, share of that', median(ratios))
}

const longestMetricsMs = 60_000

/** Leaves metrics running, or finished. */
async function measureMetrics(
  { entities, pool, firstRound }: Bench,
  { url }: WatchedServer,
  note: Note,
): Promise<void> {
  const reads = startReads(url, entities, readsPerSecond)
  try {
    const text = `{ entity(by: { slug: "${slugAt(0)}" }) { metrics { pageRank } } }`
    const asked = performance.now()
    const isGiven = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: text }),
      })
      return !('errors' in ((await response.json()) as object))
    }
    while (performance.now() - asked < longestMetricsMs) {
      if (await isGiven()) {
        note('first metrics, s', (performance.now() - asked) / 1000)
        break
      }
      await sleep(500)
    }
    const latencies = reads.takeLatencies()
    note('reads while metrics run, p99, ms', latencies[Math.floor(latencies.length * 0.99)]!)
    await commit(pool, changes['one edge']!(entities, firstRound + 20_000))
    await sleep(500)
    void isGiven().catch(() => {})
    await sleep(500)
  } finally {
    reads.stop()
  }
}
