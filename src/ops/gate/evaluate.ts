import { SettingsError } from '../../errors.ts'
import { checks } from './checks/index.ts'
import type { Check } from './checks/check.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport, CheckStatus, Finding, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'

export interface GateOptions {
  /** Run only these checks, whatever their switches say. */
  readonly only?: readonly string[] | undefined
  readonly gitCommit?: string | undefined
}

/**
 * Runs the release checklist and returns one verdict. Each check must first detect a planted difference; one
 * that is blind or cannot look fails. Disabled checks are reported as skipped.
 */
export function evaluateReleaseGate(
  ctx: OpsContext,
  { only, gitCommit }: GateOptions,
): Promise<OperationSummary> {
  const head = {
    kind: 'RELEASE_GATE',
    operation: 'release-gate',
    name: gitCommit ?? 'release',
    mode: 'dry-run',
    parameters: { only: only ?? null, gitCommit: gitCommit ?? null },
  } as const
  return recordRun(ctx, head, async (run) => {
    refuseUnknown(only ?? [])
    const reports: CheckReport[] = []
    const findings: Finding[] = []
    for (const [at, check] of checks.entries()) {
      ctx.onProgress({ label: check.name, rows: at, share: at / checks.length })
      run.signal.throwIfAborted()
      const judged = await judge({ ...ctx, signal: run.signal }, check, only)
      reports.push(judged.report)
      findings.push(...judged.findings)
      run.info(
        `${judged.report.status} ${check.name}${judged.report.detail === null ? '' : `: ${judged.report.detail}`}`,
      )
    }
    return { outcome: worstOf(reports), findings, report: { checks: reports, gitCommit: gitCommit ?? null } }
  })
}

function refuseUnknown(only: readonly string[]): void {
  const names = checks.map(({ name }) => name)
  const unknown = only.filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  const message = `Unknown check: ${unknown.join(', ')}; the gate has ${names.join(', ')}.`
  throw new OperationError('refused', 'invalid', message)
}

interface Judged {
  readonly report: CheckReport
  readonly findings: readonly Finding[]
}

async function judge(ctx: OpsContext, check: Check, only: GateOptions['only']): Promise<Judged> {
  const start = performance.now()
  const finish = (status: CheckStatus, detail: string | null, findings: readonly Finding[] = []): Judged => ({
    report: {
      name: check.name,
      status,
      detail,
      expected: check.invariant,
      actual: null,
      durationMs: status === 'SKIPPED' ? null : Math.round(performance.now() - start),
    },
    findings,
  })
  const skipped = whySkipped(ctx, check, only)
  if (skipped !== null) return finish('SKIPPED', skipped)
  try {
    if (!(await check.prove(ctx))) {
      const message = `The check ${check.name} is blind: it missed a planted difference.`
      return finish('FAIL', message, [
        { code: 'gate.blind', severity: 'error', subject: check.name, message },
      ])
    }
    const { status, detail, findings } = await check.run(ctx)
    return finish(status, detail, findings)
  } catch (error) {
    ctx.signal.throwIfAborted()
    const message = `The check ${check.name} could not run: ${reasonOf(error)}`
    return finish('FAIL', message, [
      { code: 'gate.not-run', severity: 'error', subject: check.name, message },
    ])
  }
}

function whySkipped(
  { settings }: OpsContext,
  { name, switch: toggle }: Check,
  only: GateOptions['only'],
): string | null {
  if (only !== undefined && only.length > 0) return only.includes(name) ? null : 'not requested'
  return toggle === undefined || toggle.isOn(settings.runOps) ? null : `${toggle.variable} is not true`
}

function reasonOf(error: unknown): string {
  if (error instanceof SettingsError) return error.problems.join(' ')
  return error instanceof Error ? error.message : String(error)
}

/** Skipped checks do not count, but a gate that checked nothing does not pass. */
function worstOf(reports: readonly CheckReport[]): CheckStatus {
  const order = ['FAIL', 'WARN', 'PASS'] as const
  return order.find((status) => reports.some((report) => report.status === status)) ?? 'FAIL'
}
