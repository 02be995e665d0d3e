import type { Settings } from '../../../config.ts'
import type { CheckStatus, Finding } from '../../run/summary.ts'
import type { OpsContext } from '../../run/context.ts'

/** What a check saw. */
export interface CheckOutcome {
  readonly status: Exclude<CheckStatus, 'SKIPPED'>
  /** One line for the verdict; null if the name says it all. */
  readonly detail: string | null
  readonly findings?: readonly Finding[]
}

/** One line of the release checklist. */
export interface Check {
  /** Stable, in kebab-case: `--only` takes it. */
  readonly name: string
  /** What holds when it passes: a sentence. */
  readonly invariant: string
  /** The variable that includes it, if it is not always part of the gate. */
  readonly switch?: { readonly variable: string; readonly isOn: (runOps: Settings['runOps']) => boolean }
  /**
   * Looks at a planted difference with the very instrument that `run` uses.
   *
   * @returns whether it was seen: a check that is blind is red, whatever it then says
   */
  readonly prove: (ctx: OpsContext) => Promise<boolean>
  /** @throws where it cannot look: that is red too */
  readonly run: (ctx: OpsContext) => Promise<CheckOutcome>
}

/** The outcome of findings alone. */
export function outcomeOf(findings: readonly Finding[], whenPassed: string): CheckOutcome {
  if (findings.length === 0) return { status: 'PASS', detail: whenPassed }
  const isError = findings.some(({ severity }) => severity === 'error')
  const first = findings[0]!.message
  const detail = findings.length === 1 ? first : `${first} (and ${findings.length - 1} more)`
  return { status: isError ? 'FAIL' : 'WARN', detail, findings }
}
