import { isConnectionLoss, sqlStateOf } from './connection-loss.ts'

/** Cannot connect now (all of 57P0 is a loss already), too many connections, statement timeout, lock timeout. */
const unavailableStates = new Set(['53300', '57014', '55P03'])
// pg has no codes for these.
const refusals = /^(timeout exceeded when trying to connect|Cannot use a pool after calling end)/

/** Whether an error of pg says that the database cannot be reached or did not answer, and not that a statement is wrong. */
export function isDatabaseUnavailable(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  // FATAL is how Postgres says that the session ends, or does not begin.
  if ('severity' in error && error.severity === 'FATAL') return true
  return (
    isConnectionLoss(error) || unavailableStates.has(sqlStateOf(error) ?? '') || refusals.test(error.message)
  )
}
