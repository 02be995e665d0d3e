import { OperationError } from '../../run/error.ts'
import type { OperationSummary } from '../../run/summary.ts'
import type { CheckOutcome } from './check.ts'

/** The outcome of a check that is an operation of its own. */
export function fromSummary(summary: OperationSummary, whenPassed: string): CheckOutcome {
  const { status, outcome, findings, runId } = summary
  const first = findings[0]?.message ?? 'no reason given'
  if (status !== 'succeeded') throw new OperationError(status, 'failed', first)
  const detail =
    outcome === 'PASS'
      ? whenPassed
      : findings.length > 1
        ? `${first} (and ${findings.length - 1} more)`
        : first
  const run = runId === null ? '' : `; run ${runId}`
  return {
    status: outcome === 'FAIL' ? 'FAIL' : outcome === 'WARN' ? 'WARN' : 'PASS',
    detail: `${detail}${run}`,
    findings,
  }
}
