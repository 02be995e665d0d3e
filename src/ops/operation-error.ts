/** How an operation ended that did not end well; the command line has an exit code for each. */
export type BadOutcome =
  /** A precondition does not hold; nothing was written. */
  | 'refused'
  /** Another run holds the lock; nothing was written. */
  | 'busy'
  /** The connection was lost after COMMIT was sent. */
  | 'unknown'

/** An operation that stopped for a reason its caller should tell apart from a failure. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly outcome: BadOutcome

  constructor(outcome: BadOutcome, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.outcome = outcome
  }
}
