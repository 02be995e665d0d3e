import { findRunChainFaults, hashRun, listRuns } from '../../../database/operations/runs.ts'
import { outcomeOf, type Check } from './check.ts'

export const runsCheck: Check = {
  name: 'runs',
  invariant: 'No record of a finished run was changed or deleted.',
  async prove({ pool }) {
    const [run] = await listRuns(pool, {}, { from: null, backward: false, limit: 1 })
    return run === undefined || hashRun({ ...run, actor: `${run.actor}, planted` }) !== hashRun(run)
  },
  async run({ pool }) {
    const faults = await findRunChainFaults(pool)
    const findings = faults.map((message) => ({
      code: 'gate.runs',
      severity: 'error' as const,
      subject: 'admin_runs',
      message,
    }))
    return outcomeOf(findings, 'each finished run is chained to the previous one')
  },
}
