import { isConnectionLoss, sqlStateOf } from './connection-loss.ts'

/** Too many connections, statement timeout, lock timeout. */
const unavailableStates = new Set(['53300', '57014', '55P03'])
// pg has no codes for these.
const refusals = /^(timeout exceeded when trying to connect|Cannot use a pool after calling end)/

/**
 * Whether a pg error means that the database is unreachable or unresponsive, not that a statement is wrong.
 */
export function isDatabaseUnavailable(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  // FATAL means that the session ends or never starts.
  if ('severity' in error && error.severity === 'FATAL') return true
  return (
    isConnectionLoss(error) || unavailableStates.has(sqlStateOf(error) ?? '') || refusals.test(error.message)
  )
}
