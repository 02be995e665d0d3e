import { migrationSteps } from '../../../src/ops/migrations/migration-request.ts'
import { killAt, runInChild } from './child-runner.ts'
import { createFaultDatabase } from './fault-database.ts'
import type { FaultStep } from './runner.ts'
import { createBench, expectExit, withLimit, type Bench, type Scenario } from './scenario.ts'

/** Every step of an apply, in order, with the middle of the work. */
const applySteps: readonly FaultStep[] = [
  ...migrationSteps.filter((step) => step !== 'rolled-back' && step !== 'dry-run-noted'),
  'half',
]
const dryRunSteps: readonly FaultStep[] = ['half', 'planned', 'rolled-back', 'dry-run-noted']
/** Those of the naive runner among them. */
const naiveSteps: readonly FaultStep[] = [
  'begun',
  'locked',
  'preconditions-checked',
  'work-begun',
  'half',
  'work-done',
  'committing',
  'ledger-written',
  'committed',
]
const quickSteps: readonly FaultStep[] = ['half', 'ledger-written', 'committed']

const stepsOf = ({ isQuick, runner }: Pick<Bench, 'isQuick' | 'runner'>) =>
  isQuick ? quickSteps : runner.name === 'naive' ? naiveSteps : applySteps

/** Each kill has a database of its own. */
async function killEach(bench: Bench, steps: readonly FaultStep[], apply: boolean): Promise<string[]> {
  const problems: string[] = []
  for (const step of steps) {
    const database = await createFaultDatabase(bench.server)
    const own = createBench(bench.server, database, bench.runner, bench.isQuick)
    const when = `killed at ${step}`
    try {
      if (!(await killAt(bench.runner, own.request({ apply }), step)))
        problems.push(`${when}: it was never reached`)
      const committed =
        apply && (step === 'committed' || (bench.runner.name === 'naive' && step === 'ledger-written'))
      problems.push(...(await own.expectState(when, committed ? 'after' : 'before')))
      problems.push(...(await own.expectRecovery(when)))
    } finally {
      await database.drop()
    }
  }
  return problems
}

export const killedScenarios: readonly Scenario[] = [
  {
    name: 'kill -9 at every step, then run again',
    size: (isQuick) => (isQuick ? quickSteps.length : applySteps.length),
    run: (bench) => killEach(bench, stepsOf(bench), true),
  },
  {
    name: 'kill -9 during a dry run, then apply',
    size: (isQuick) => (isQuick ? 1 : dryRunSteps.length),
    run: (bench) =>
      bench.runner.name === 'naive'
        ? Promise.resolve([])
        : killEach(bench, bench.isQuick ? ['half'] : dryRunSteps, false),
  },
  {
    name: '6 runners at once, 5 rounds',
    size: (isQuick) => (isQuick ? 6 : 30),
    async run(bench) {
      const problems: string[] = []
      for (let round = 1; round <= (bench.isQuick ? 1 : 5); round++) {
        const database = await createFaultDatabase(bench.server)
        const own = createBench(bench.server, database, bench.runner, bench.isQuick)
        try {
          const run = () => withLimit(runInChild(bench.runner, own.request({ lockWaitMs: 20_000 })), 60_000)
          const ends = await Promise.all(Array.from({ length: 6 }, run))
          problems.push(...ends.flatMap((end) => expectExit(`round ${round}`, end, 0, 4)))
          const applied = ends.filter((end) => end?.exit === 0 && !end.alreadyApplied).length
          if (applied !== 1) problems.push(`round ${round}: ${applied} of six say that they applied it`)
          problems.push(...(await own.expectState(`round ${round}`, 'after')))
        } finally {
          await database.drop()
        }
      }
      return problems
    },
  },
  {
    name: 'another migration holds the lock all the time',
    size: () => 2,
    async run(bench) {
      const problems: string[] = []
      let second: Promise<void> = Promise.resolve()
      const first = await bench.run({
        onStep: (step) => {
          if (step !== 'work-begun') return
          second = bench
            .run({ lockWaitMs: 300 })
            .then((end) => void problems.push(...expectExit('the second', end, 4)))
          return second
        },
      })
      await second
      return [
        ...problems,
        ...expectExit('the first', first, 0),
        ...(await bench.expectState('at the end', 'after')),
      ]
    },
  },
]
