import type { Settings } from '../../../config.ts'
import type { CheckStatus, Finding } from '../../run/summary.ts'
import type { OpsContext } from '../../run/context.ts'

export interface CheckOutcome {
  readonly status: Exclude<CheckStatus, 'SKIPPED'>
  /** One line for the verdict; null if the name is enough. */
  readonly detail: string | null
  readonly findings?: readonly Finding[]
}

export interface Check {
  /** Stable, kebab-case; used by `--only`. */
  readonly name: string
  /** A sentence that is true when the check passes. */
  readonly invariant: string
  /** The variable that enables a check that is not always part of the gate. */
  readonly switch?: { readonly variable: string; readonly isOn: (runOps: Settings['runOps']) => boolean }
  /**
   * Runs the check's own logic on a planted difference. A blind check fails the gate whatever `run` reports.
   */
  readonly prove: (ctx: OpsContext) => Promise<boolean>
  /** Throws if it cannot look, which fails the gate too. */
  readonly run: (ctx: OpsContext) => Promise<CheckOutcome>
}

export function outcomeOf(findings: readonly Finding[], whenPassed: string): CheckOutcome {
  if (findings.length === 0) return { status: 'PASS', detail: whenPassed }
  const isError = findings.some(({ severity }) => severity === 'error')
  const first = findings[0]!.message
  const detail = findings.length === 1 ? first : `${first} (and ${findings.length - 1} more)`
  return { status: isError ? 'FAIL' : 'WARN', detail, findings }
}
