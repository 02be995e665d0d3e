// npm run parity:scale [-- --rows 1000000 --rounds 3]: two differences planted among a million edges are located; prints
// peak memory, the number of statements, and the time as a ratio to `COPY … TO` of the same table.
import { writeFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Pool, PoolClient } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { createBackup } from '../../src/ops/backup/create.ts'
import { verifyParity, type ParityReport } from '../../src/ops/parity/verify.ts'
import { createOpsContext } from '../support/ops-context.ts'
import { startOwnServer } from '../support/own-server.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
})
const [rows, rounds] = [Number(values.rows), Number(values.rounds)]

const server = await startOwnServer()
try {
  const database = await server.createDatabase('scale')
  const ctx = createOpsContext(database, { BACKUP_OUTPUT_PATH: `${server.folder}/backups` })
  await fill(ctx.pool)
  const { manifest } = await createBackup(ctx)
  const planted = await plant(ctx.pool)
  const statements = countStatements(ctx.pool)
  const options = {
    left: { artifact: manifest.id },
    right: { backend: 'NEON' },
    tables: ['kb_edges'],
  } as const
  const times = { copies: [] as number[], different: [] as number[] }
  const peak = watchMemory()
  let report: ParityReport | undefined
  for (let round = 1; round <= rounds; round++) {
    times.copies.push(await timed(() => copyOut(ctx.pool)))
    statements.count = 0
    times.different.push(
      await timed(async () => {
        report = (await verifyParity(ctx, options)).report as unknown as ParityReport
      }),
    )
  }
  const memory = peak.stop()
  const found = report!.differences.map(({ subjectKey }) => subjectKey).sort()
  const [copy, different] = [median(times.copies), median(times.different)]
  const result = {
    rows,
    planted,
    found,
    isLocated: JSON.stringify(found) === JSON.stringify(planted),
    statements: statements.count,
    seconds: { copyTo: seconds(copy), parity: seconds(different) },
    ratioToCopy: Number((different / copy).toFixed(2)),
    memory,
  }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(result, null, 2)}\n`)
  process.exitCode = result.isLocated ? 0 : 1
} finally {
  await server.stop()
}

/** A thousand entities and edges between them, by SQL: what is measured is the comparison. */
async function fill(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(`INSERT INTO kb_kinds (key, label) VALUES ('thing', 'Thing')`)
    await client.query(`INSERT INTO kb_relations (key, label) VALUES ('knows', 'knows')`)
    await client.query(
      `INSERT INTO kb_entities (slug, kind_key, title, content_hash)
       SELECT 'entity-' || i, 'thing', 'Entity ' || i, repeat('a', 64) FROM generate_series(0, 9999) i`,
    )
    // The foreign keys hold by construction; checking each would take the longest of all.
    await client.query(`ALTER TABLE kb_edges DISABLE TRIGGER ALL`)
    await client.query(
      `INSERT INTO kb_edges (relation_key, source_slug, target_slug, weight, attributes, content_hash)
       SELECT 'knows', 'entity-' || i / 10000, 'entity-' || i % 10000, i, jsonb_build_object('note', 'edge ' || i),
         encode(sha256(i::text::bytea), 'hex') FROM generate_series(0, $1::int - 1) i`,
      [rows],
    )
    await client.query(`ALTER TABLE kb_edges ENABLE TRIGGER ALL`)
    await client.query('VACUUM ANALYZE kb_edges')
  } finally {
    client.release()
  }
}

/** One row changed in a field, one with a timestamp a microsecond later; nothing else says so. */
async function plant(pool: Pool): Promise<string[]> {
  const [first, second] = [Math.floor(rows / 3), Math.floor((rows * 2) / 3)]
  await pool.query(`UPDATE kb_edges SET label = 'planted' WHERE weight = $1`, [first])
  await pool.query(
    `UPDATE kb_edges SET created_at = created_at + interval '1 microsecond' WHERE weight = $1`,
    [second],
  )
  await pool.query('VACUUM ANALYZE kb_edges')
  return [first, second].map((i) => `knows|entity-${Math.floor(i / 10_000)}|entity-${i % 10_000}`).sort()
}

async function copyOut(pool: Pool): Promise<void> {
  const client = await pool.connect()
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  await pipeline(client.query(copyTo('COPY kb_edges TO STDOUT')), nowhere)
  client.release()
}

function countStatements(pool: Pool): { count: number } {
  const counter = { count: 0 }
  const watched = new WeakSet<PoolClient>()
  pool.on('acquire', (client) => {
    if (watched.has(client)) return
    watched.add(client)
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    client.query = ((...args: unknown[]) => {
      counter.count += 1
      return query(...args)
    }) as typeof client.query
  })
  return counter
}

/** Peak of this process while it is watched. */
function watchMemory() {
  const before = process.memoryUsage.rss()
  let highest = before
  const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 20)
  const megabytes = (bytes: number) => Math.round(bytes / 1e6)
  return {
    stop() {
      clearInterval(timer)
      return {
        beforeMegabytes: megabytes(before),
        peakMegabytes: megabytes(highest),
        grownMegabytes: megabytes(highest - before),
      }
    },
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

function seconds(milliseconds: number): number {
  return Number((milliseconds / 1000).toFixed(2))
}
