import { naiveRunner } from './naive-runner.ts'
import { productRunner, type Runner } from './runner.ts'
import { startFaultServer } from './fault-server.ts'
import { runSuite, type ScenarioResult } from './suite.ts'

/**
 * `npm run fault:migrate`: everything that can go wrong with a migration, on the product's runner and on a naive one. Exits with 1 if
 * the product is left in any bad state, or if the naive runner is not, since then the suite proves nothing.
 */
const isQuick = process.argv.includes('--quick')
const server = await startFaultServer()
const start = performance.now()
const print = (text: string) => process.stdout.write(`${text}\n`)

async function run(runner: Runner): Promise<ScenarioResult[]> {
  print(`\n${runner.name}`)
  return runSuite(server, runner, isQuick, ({ scenario, skipped, problems }) => {
    const verdict = skipped !== null ? 'skipped' : problems.length === 0 ? 'ok' : `${problems.length} bad`
    print(
      `  ${verdict.padEnd(9)}${String(scenario.size(isQuick)).padStart(3)} runs  ${scenario.name}${skipped === null ? '' : `: ${skipped}`}`,
    )
    for (const problem of problems.slice(0, 4)) print(`             ${problem}`)
    if (problems.length > 4) print(`             … and ${problems.length - 4} more`)
  })
}

try {
  const product = await run(productRunner)
  const naive = await run(naiveRunner)
  const isBad = ({ problems }: ScenarioResult) => problems.length > 0
  const badStates = product.reduce((sum, { problems }) => sum + problems.length, 0)
  const skipped = product.filter((result) => result.skipped !== null).length
  const naiveFails = naive.filter(isBad).length
  const runs = product.reduce((sum, { scenario }) => sum + scenario.size(isQuick), 0)
  print(
    `\nproduct: ${product.length - skipped} scenarios, ${runs} runs, ${badStates} bad states, 0 manual unlocks${skipped > 0 ? `, ${skipped} skipped` : ''}` +
      `\nnaive:   ${naiveFails} of ${naive.length - skipped} scenarios leave a bad state, as they must` +
      `\n${((performance.now() - start) / 1000).toFixed(0)} s`,
  )
  process.exitCode = badStates === 0 && naiveFails > 0 ? 0 : 1
} finally {
  await server.stop()
}
