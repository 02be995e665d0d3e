/** SQLSTATEs of a server that went away: a broken connection, a shutdown, a crash, a terminated session. */
const goneStates = /^(08|57P0)/
/** No class of SQLSTATEs begins with E, as codes of the system do: EPIPE has five letters too. */
const sqlState = /^(?!E)[0-9A-Z]{5}$/

/** The SQLSTATE of an error of the server; null for any other error. */
export function sqlStateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && sqlState.test(code) ? code : null
}

/** Whether the driver gave up waiting for an answer, which has no code. */
export function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Whether the connection to the database broke, by either end or in between. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const state = sqlStateOf(error)
  if (state !== null) return goneStates.test(state)
  // The driver's own errors have no code, or one of the socket (ECONNRESET, EPIPE).
  if ('code' in error && typeof error.code === 'string') return /^E[A-Z]+$/.test(error.code)
  return (
    isReadTimeout(error) ||
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(error.message)
  )
}

/** Whether nobody here can know if a COMMIT that ended with this error took effect: the server did not answer it. */
export function isUnansweredCommit(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === null || goneStates.test(state)
}
