import { writeSync } from 'node:fs'
import { naiveRunner } from './naive-runner.ts'
import { productRunner, type RunRequest } from './runner.ts'

/** A process of its own that runs a migration, and stands still for ever at the step of `KB_FAULT_STOP_AT`, to be killed there. */
const [runnerName, request] = process.argv.slice(2)
const runner = runnerName === 'naive' ? naiveRunner : productRunner
const stopAt = process.env['KB_FAULT_STOP_AT']

const end = await runner.run({
  ...(JSON.parse(request!) as RunRequest),
  onStep(step) {
    if (step !== stopAt) return
    writeSync(1, `at ${step}\n`)
    // Nothing of this process goes on, not even its timers.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
})
writeSync(1, `${JSON.stringify(end)}\n`)
process.exitCode = end.exit
