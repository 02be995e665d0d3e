import { withBench, type Fault } from './bench.ts'
import { asleep, gone, idleKilled, poolExhausted, serializable, slow, terminated } from './connections.ts'
import { restarts } from './restarts.ts'
import { subscriptionRestarts } from './subscription.ts'

/**
 * `npm run fault:server`: what a server must live through, on the product and, where that is cheap, on what one would write without
 * thinking of it. Exits with 1 if the product goes wrong, or if the naive form does not, since then the fault proves nothing.
 */
const faults: readonly Fault[] = [
  idleKilled,
  poolExhausted,
  terminated,
  serializable,
  restarts,
  asleep,
  slow,
  gone,
  subscriptionRestarts,
]
const only = process.argv[2]
const print = (text: string) => process.stdout.write(`${text}\n`)
const started = performance.now()
let wrong = 0
let proven = 0
for (const fault of faults.filter(({ name }) => only === undefined || name.includes(only))) {
  const { problems, said } = await withBench((bench) => fault.run(bench))
  if (problems.length > 0) wrong++
  print(`${problems.length === 0 ? 'ok   ' : 'WRONG'}  ${fault.name}: ${problems.join('; ') || said}`)
  if (fault.naive === undefined) continue
  const naive = await withBench((bench) => fault.naive!(bench))
  if (naive.problems.length === 0) wrong++
  else proven++
  print(`       naive: ${naive.problems.join('; ') || `went well (${naive.said}), so this proves nothing`}`)
}
print(
  `\n${faults.length} faults, ${wrong} wrong, ${proven} naive forms fail as they must, ${((performance.now() - started) / 1000).toFixed(0)} s`,
)
process.exitCode = wrong === 0 ? 0 : 1
