import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFaultServer } from './fault-server.ts'
import type { FaultServer } from './fault-database.ts'
import { naiveRunner } from './naive-runner.ts'
import { productRunner } from './runner.ts'
import { runScenario, scenarios } from './suite.ts'

// The quick form of `npm run fault:migrate`: fewer kills, one round.

let server: FaultServer & { stop(): Promise<void> }
beforeAll(async () => {
  server = await startFaultServer()
}, 60_000)
afterAll(() => server.stop())

test.for(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  'after "%s" a migration is done, or not at all, and the next run needs no help',
  { timeout: 120_000 },
  async ([, scenario], { skip }) => {
    const { problems, skipped } = await runScenario(server, productRunner, scenario, true)
    if (skipped !== null) skip(skipped)
    expect(problems).toEqual([])
  },
)

test.each([
  'kill -9 at every step, then run again',
  'link cut after COMMIT, before its reply',
  'the work fails after half of it',
  'a ledger row edited',
])(
  'after "%s" a naive runner leaves a bad state, so that this suite can fail',
  async (name) => {
    const scenario = scenarios.find((each) => each.name === name)!
    const { problems } = await runScenario(server, naiveRunner, scenario, true)
    expect(problems.length).toBeGreaterThan(0)
  },
  120_000,
)
