/** SQLSTATEs of a server that went away: a broken connection, a shutdown, a crash, a terminated session. */
const goneStates = /^(08|57P0)/
/** No SQLSTATE class begins with E; system codes do, and EPIPE also has five letters. */
const sqlState = /^(?!E)[0-9A-Z]{5}$/

export function sqlStateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && sqlState.test(code) ? code : null
}

/** The driver's read timeout has no code. */
export function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const state = sqlStateOf(error)
  if (state !== null) return goneStates.test(state)
  // The driver's own errors have no code or a socket code (ECONNRESET, EPIPE).
  if ('code' in error && typeof error.code === 'string') return /^E[A-Z]+$/.test(error.code)
  return (
    isReadTimeout(error) ||
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(error.message)
  )
}

/** Whether the outcome of a COMMIT is unknown because the server did not answer it. */
export function isUnansweredCommit(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === null || goneStates.test(state)
}
