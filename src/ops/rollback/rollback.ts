import type { StorageBackend } from '../../config.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport, OperationResult, OperationSummary } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { recordRun } from '../run/record.ts'
import { restoreDatabase } from '../backup/restore-database.ts'
import { checkFallback } from './checks.ts'
import { chooseFallback, readRollbackPlan } from './plan.ts'

export interface RollbackOptions {
  readonly to?: StorageBackend | undefined
  readonly artifact?: string | undefined
  readonly apply?: boolean | undefined
  readonly force?: boolean | undefined
  readonly reason?: string | undefined
}

export interface RollbackReport {
  readonly steps: readonly string[]
  readonly checks: readonly CheckReport[]
  readonly from: string
  readonly to: string
}

/**
 * `kb rollback`: prints the steps to the fallback backend and back, and verifies the state it would serve.
 * With a backup it is {@link restoreDatabase}, which then also needs `force` to apply.
 */
export async function rollback(ctx: OpsContext, options: RollbackOptions = {}): Promise<OperationSummary> {
  const { to = null, artifact = null, apply = false, force = false, reason } = options
  if (artifact !== null && (force || !apply)) return restoreDatabase(ctx, { artifact, apply, reason })
  const head = {
    kind: 'ROLLBACK',
    operation: 'rollback',
    name: artifact ?? 'plan',
    mode: apply ? 'apply' : 'dry-run',
    parameters: { to, artifact, reason: reason ?? null },
  } as const
  return recordRun(ctx, head, () => {
    if (apply) throw secondWord(options)
    return planRollback(ctx, options)
  })
}

async function planRollback(ctx: OpsContext, { to: chosen }: RollbackOptions): Promise<OperationResult> {
  const to = chosen ?? chooseFallback(ctx.storage)
  const { steps, ...plan } = await readRollbackPlan(ctx.pool, ctx.storage, to)
  const checks = await checkFallback(ctx, to)
  const report: RollbackReport = { steps, checks, from: plan.from, to: plan.to }
  return { outcome: outcomeOf(checks), findings: toFindings(checks), report }
}

function secondWord({ artifact, force, reason }: RollbackOptions): OperationError {
  const missing = [
    ...(artifact === undefined ? ['--artifact <id>'] : []),
    ...(force === true ? [] : ['--force']),
    ...(reason === undefined || reason.trim() === '' ? ['--reason "…"'] : []),
  ]
  return new OperationError(
    'refused',
    'precondition-failed',
    `A rollback replaces the contents of the database; confirm it with ${missing.join(' and ')}. Nothing was written.`,
  )
}

function outcomeOf(checks: readonly CheckReport[]): 'PASS' | 'WARN' | 'FAIL' {
  if (checks.some(({ status }) => status === 'FAIL')) return 'FAIL'
  return checks.some(({ status }) => status === 'WARN') ? 'WARN' : 'PASS'
}

function toFindings(checks: readonly CheckReport[]) {
  return checks
    .filter(({ status }) => status === 'FAIL' || status === 'WARN')
    .map(({ name, status, detail }) => ({
      code: `rollback.${name.replaceAll(' ', '-')}`,
      severity: status === 'FAIL' ? ('error' as const) : ('warning' as const),
      subject: name,
      message: `${name}: ${detail}.`,
    }))
}
