import { AppError, SettingsError } from '../../errors.ts'
import { writeRefusalOf } from '../../database/connection/write-refusal.ts'
import { DatabaseSetupError } from '../../database/connection/database-setup-error.ts'
import type { OperationSummary } from '../../ops/run/summary.ts'

export const exitCodes = {
  /** Done, already done, or a successful dry run. */
  done: 0,
  /** Found a difference, or failed and rolled back. */
  failed: 1,
  usage: 2,
  /** A failed precondition, a changed plan, a damaged ledger or the wrong target. */
  refused: 3,
  /** Another run holds the lock. */
  busy: 4,
  /** The connection was lost after COMMIT was sent. */
  unknown: 5,
} as const

export function exitCodeOfSummary({ status, outcome }: OperationSummary): number {
  if (status !== 'succeeded') return exitCodes[status]
  return outcome === 'FAIL' ? exitCodes.failed : exitCodes.done
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsError) return exitCodes.usage
  if (error instanceof DatabaseSetupError) return error.exitCode
  if (error instanceof AppError && error.code === 'NOT_FOUND') return exitCodes.refused
  if (error instanceof AppError && error.code === 'BAD_REQUEST') return exitCodes.usage
  return writeRefusalOf(error) === null ? exitCodes.failed : exitCodes.refused
}

/** One message for a human: what is wrong and what to do, never a stack trace. */
export function describeError(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'Stopped. This run was rolled back.'
  return writeRefusalOf(error)?.message ?? (error instanceof Error ? error.message : String(error))
}
