import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { withBench } from '../fault/server/bench.ts'
import { createLoadState, follow, read, write } from './load.ts'
import type { Sample } from './slope.ts'
import { judge } from './verdict.ts'

/**
 * `npm run soak`: mixed reads, writes and live queries as fast as the machine goes, for half an hour (`-- --minutes 2` for less,
 * which does not judge memory). Exits with 1 on an answer that nobody expected, or if memory or connections grow.
 */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } })
const minutes = Number(values.minutes)
const [readers, writers, followers] = [12, 3, 20]
const heapMegabytes = 256

await withBench(async ({ pool, token, serve }) => {
  await pool.query(
    `INSERT INTO kb_entities (slug, kind_key, title, status, content_hash)
     SELECT 'soil-' || n, 'country', 'Soil ' || n, 'PUBLISHED', repeat('0', 64) FROM generate_series(1, 2000) n`,
  )
  await pool.query(
    `INSERT INTO kb_edges (source_slug, relation_key, target_slug, content_hash)
     SELECT 'soil-' || n, 'knows', 'soil-' || (n * 7 % 2000 + 1), repeat('0', 64) FROM generate_series(1, 2000) n`,
  )
  const slugs = Array.from({ length: 2000 }, (_, at) => `soil-${at + 1}`)
  // On a machine with much memory V8 lets garbage lie for minutes, and what grows cannot be told from what has not been
  // collected. Within the bounds of a small container it can: what stays shows soon, and what grows ends the process.
  const product = await serve({ NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` })
  const ending = new AbortController()
  const state = createLoadState()
  const options = { url: product.url, token, slugs, signal: ending.signal }
  const started = performance.now()
  const work = [
    ...Array.from({ length: readers }, (_, at) => read(options, state, at)),
    ...Array.from({ length: writers }, (_, at) => write(options, state, at)),
    ...Array.from({ length: followers }, () => follow(options, state)),
  ]
  const rss: Sample[] = []
  const connections: Sample[] = []
  const elapsed = () => (performance.now() - started) / 60_000
  while (elapsed() < minutes) {
    await sleep(Math.min(5000, (minutes * 60_000) / 20))
    const now = elapsed()
    rss.push({ minutes: now, value: rssOf(product.pid) })
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = 'knowledge-backbone ' || $1`,
      [product.pid],
    )
    connections.push({ minutes: now, value: rows[0]!.n })
    process.stderr.write(
      `${now.toFixed(1)} min  ${state.reads} reads, ${state.writes} writes, ${state.events} events, RSS ${rss.at(-1)!.value.toFixed(0)} MB, ${rows[0]!.n} connections\n`,
    )
  }
  ending.abort()
  await Promise.all(work)
  const seconds = (performance.now() - started) / 1000
  const unexpected = [...state.unexpected.values()].reduce((sum, count) => sum + count, 0)
  const sorted = state.times.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]?.toFixed(1) ?? '–'
  process.stdout.write(
    `${(seconds / 60).toFixed(1)} minutes: ${state.reads} reads (${(state.reads / seconds).toFixed(0)}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms), ` +
      `${state.writes} writes (${(state.writes / seconds).toFixed(0)}/s, ${state.conflicts} conflicts as meant), ${state.events} events to ${followers} followers\n`,
  )
  for (const [what, count] of [...state.unexpected].slice(0, 10))
    process.stdout.write(`  ${count} × ${what}\n`)
  const { hasFailed, lines } = judge({ rss, connections, unexpected, isAlive: product.isAlive() })
  process.stdout.write(`${lines.join('\n')}\n`)
  process.exitCode = hasFailed ? 1 : 0
})

/** Resident memory of a process, in megabytes (Linux). */
function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
