import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createPool } from '../src/database/connection/create-pool.ts'
import { startEmbeddedDatabase } from '../src/database/embedded/database.ts'
import { ensureSchema } from '../src/database/schema/ensure.ts'
import { describeMachine } from './machine.ts'
import { replaceBetween } from './record.ts'
import { makeGraph } from './growth/make-graph.ts'
import { measureSize, type Figures } from './growth/measure-size.ts'
import { markdownTable } from './table.ts'

// How the cost of a change grows with the graph: see docs/performance.md.
const usage = `Usage: npm run bench:growth -- [options]

Makes graphs of growing size on an embedded PostgreSQL and measures what a change costs a server that answers from memory:
stalls, visibility, first answers, metrics, starts and memory. The graphs are kept in .data/ (4 GB in all).

  --quick          100,000 and 300,000 entities (all: a million too; an hour the first time)
  --sizes N,N      other numbers of entities
  --record         writes the table into docs/performance.md
  --help           prints this`

const options = readOptions()
if (options.help) {
  console.log(usage)
  process.exit(0)
}
const usual = options.quick ? '100000,300000' : '100000,300000,1000000'
const sizes = (options.sizes ?? usual).split(',').map(Number)
if (sizes.some((size) => !Number.isInteger(size) || size < 1000))
  misused(`--sizes takes whole numbers from 1000 on, not ${JSON.stringify(options.sizes)}.`)
const document = join(import.meta.dirname, '..', 'docs', 'performance.md')
const marks = {
  opening: '<!-- recorded by `npm run bench:growth -- --record`; do not edit -->',
  closing: '<!-- end of growth -->',
}

const interrupt = new AbortController()
process.once('SIGINT', () => interrupt.abort())
process.once('SIGTERM', () => interrupt.abort())
const log = (line: string) => console.error(line)
const machine = describeMachine()
const columns: Figures[] = []
for (const entities of sizes) columns.push(await measure(entities))
const table = tableOf(columns)
console.log(table)
if (options.record) await record()

function readOptions() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        sizes: { type: 'string' },
        record: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return misused((error as Error).message)
  }
}

function misused(message: string): never {
  console.error(`${message}\n\n${usage}`)
  process.exit(2)
}

async function measure(entities: number): Promise<Figures> {
  log(`${entities.toLocaleString('en')} entities`)
  const dataDir = join(import.meta.dirname, '..', '.data', `bench-growth-${entities}`)
  const silent = { info: () => {}, warn: log, error: log, debug: () => {} }
  const flags = ['max_connections=50', 'fsync=off', 'max_wal_size=4GB']
  const database = await startEmbeddedDatabase({ dataDir: join(dataDir, 'postgres'), log: silent, flags })
  const pool = createPool(database.url, { log: silent, statementTimeout: 0, max: 2 })
  try {
    const handle = { url: database.url, pool, isEmbedded: true, stop: () => Promise.resolve() }
    await ensureSchema(handle, { log: silent })
    await makeGraph(pool, entities)
    return await measureSize({ pool, url: database.url, dataDir, entities, signal: interrupt.signal, log })
  } finally {
    await pool.end()
    await database.stop()
  }
}

function tableOf(figures: readonly Figures[]): string {
  const names = [...new Set(figures.flatMap((each) => [...each.keys()]))]
  const cell = (value: number | undefined) =>
    value === undefined ? 'none' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
  return markdownTable(
    ['', ...sizes.map((size) => `${size.toLocaleString('en')} entities`)],
    names.map((name) => [name, ...figures.map((each) => cell(each.get(name)))]),
  )
}

async function record(): Promise<void> {
  const head = `Measured on ${new Date().toISOString().slice(0, 10)} on one machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; load before the run ${machine.loadBefore}.`
  await writeFile(document, replaceBetween(await readFile(document, 'utf8'), marks, `${head}\n\n${table}`))
}
