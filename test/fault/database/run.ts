import { parseArgs } from 'node:util'
import { hungPrimary, laggingStandby, silentFailover, swallowedNotifications } from './failover.ts'
import { startOwnDatabase, type OwnDatabase } from './own-database.ts'
import { poolers } from './poolers.ts'
import { damagedFiles, outage, startWithoutDatabase, threeServers, type Row } from './scenarios.ts'

/**
 * `npm run fault:database`: public reads while the database is away, fails over, hangs or stands behind a pooler, and after it. Exits with 1 if the product goes wrong, or if a
 * server without a graph in memory does not, since then the faults prove nothing. `-- --quick`: away for 5 seconds.
 */
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const isQuick = values.quick
const awaySeconds = isQuick ? 5 : 30
const print = (text: string) => void process.stdout.write(`${text}\n`)
const started = performance.now()
let wrong = 0

async function show(rows: Promise<Row | (Row & { readonly isTried?: false })[]>): Promise<void> {
  for (const { name, problems, said, isTried = true } of [await rows].flat() as (Row & {
    isTried?: boolean
  })[]) {
    if (problems.length > 0) wrong++
    const verdict = problems.length > 0 ? 'WRONG' : isTried ? 'ok   ' : 'not tried'
    print(`${verdict}  ${name}: ${problems.join('; ') || said}`)
  }
}

async function withDatabase(work: (own: OwnDatabase) => Promise<void>): Promise<void> {
  const own = await startOwnDatabase()
  try {
    await work(own)
  } finally {
    await own.stop()
  }
}

await withDatabase(async (own) => {
  await show(outage(own, awaySeconds))
  await show(startWithoutDatabase(own, isQuick ? 3 : 10))
  await withDatabase((other) => show(damagedFiles(own, other, isQuick)))
  await show(threeServers(own, isQuick ? 12 : 60))
})
await withDatabase((own) => show(silentFailover(own, isQuick ? 4 : 20)))
await withDatabase((own) => show(laggingStandby(own)))
await withDatabase(async (own) => {
  await show(hungPrimary(own))
  await show(swallowedNotifications(own, 4))
  await show(poolers(own, isQuick ? 40 : 200))
})
// The same without a graph in memory must go wrong.
await withDatabase(async (own) => {
  const { problems } = await outage(own, 5, { KB_SNAPSHOT_MAX_MB: '0' }).catch((error: unknown) => ({ problems: [String(error)] }))
  if (problems.length === 0) wrong++
  print(problems.length === 0 ? 'WRONG  without a graph in memory all went well, so this proves nothing' : `ok     planted: without a graph in memory, ${problems[0]!.slice(0, 200)}`)
}) // prettier-ignore
print(`\n${wrong} wrong, ${((performance.now() - started) / 1000).toFixed(0)} s`)
process.exitCode = wrong === 0 ? 0 : 1
