const lostConnections = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])
/** Admin shutdown, crash shutdown, cannot connect now, too many connections, statement timeout, lock timeout. */
const unavailableStates = new Set(['57P01', '57P02', '57P03', '53300', '57014', '55P03'])
// pg has no codes for these.
const lostConnectionTexts =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/

/** Whether an error of pg says that the database cannot be reached or did not answer, and not that a statement is wrong. */
export function isDatabaseUnavailable(error: unknown): error is Error {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable)
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // FATAL is how Postgres says that the session ends, or does not begin; a missing socket is ENOENT.
  if ('severity' in error && error.severity === 'FATAL') return true
  if (code === 'ENOENT') return 'syscall' in error && error.syscall === 'connect'
  return (
    lostConnections.has(code) ||
    unavailableStates.has(code) ||
    code.startsWith('08') ||
    lostConnectionTexts.test(error.message)
  )
}
