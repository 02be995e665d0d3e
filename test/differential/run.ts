import { parseArgs } from 'node:util'
import { startOwnServer } from '../support/own-server.ts'
import { runDifferential, type DifferentialOptions } from './differential.ts'
import { withTiesReversed } from './planted.ts'
import { describeDifference, describeReport } from './report.ts'

const help = `npm run differential [-- --seed <number>] [-- --count <number>]

Asks random valid operations three ways (compiled over the graph in memory, from memory through Yoga, from the database through
Yoga) with writes in between, and compares the answers byte for byte. Then it plants a wrong comparator and must find it.
Exits with 1 at a difference.

  --seed   what all choices follow from (default: of the clock)
  --count  operations (default: 5000)
  --most   differences to find before it ends (default: 5)`

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    count: { type: 'string', default: '5000' },
    most: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
})
const print = (text: string) => void process.stdout.write(`${text}\n`)

if (values.help) print(help)
else process.exitCode = await main()

async function main(): Promise<number> {
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  const count = Number(values.count)
  if (![seed, count].every(Number.isSafeInteger) || count < 1) {
    print(help)
    return 2
  }
  print(`seed ${seed}`)
  const server = await startOwnServer(['fsync=off', 'synchronous_commit=off'])
  try {
    const started = performance.now()
    const run = async (name: string, options: Partial<DifferentialOptions>) => {
      const { pool, url } = await server.createDatabase(name)
      return runDifferential({ pool, url, seed, count, writeEvery: 100, mostDifferences: Number(values.most), ...options })
    }
    const report = await run('differential', { onProgress: (done) => done % 1000 === 0 && print(`… ${done}`) })
    print(describeReport(report, seed, (performance.now() - started) / 1000))
    const planted = await run('planted', { count: 2000, mostDifferences: 1, spoil: withTiesReversed })
    const isFound = planted.differences.length > 0
    if (isFound) print(describeDifference(planted.differences[0]!))
    print(isFound ? `a planted wrong comparator was found after ${planted.count} operations` : 'A PLANTED WRONG COMPARATOR WAS NOT FOUND')
    return report.differences.length === 0 && isFound ? 0 : 1
  } finally {
    await server.stop()
  }
} // prettier-ignore
