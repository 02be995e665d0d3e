import type { OperationResult } from './summary.ts'

/** How an operation ended that did not end well; the command line has an exit code for each. */
export type BadOutcome =
  /** Ran and failed; whatever it wrote was rolled back. */
  | 'failed'
  /** A precondition does not hold, the plan changed, the ledger is not whole, the target is the wrong one; nothing was written. */
  | 'refused'
  /** Another run holds the lock; nothing was written. */
  | 'busy'
  /** The connection was lost after COMMIT was sent. */
  | 'unknown'

/** Why, for a program; GraphQL has a type for some of them. */
export type OperationErrorCode =
  | 'invalid'
  | 'not-found'
  | 'precondition-failed'
  | 'plan-mismatch'
  | 'ledger-broken'
  | 'wrong-target'
  | 'already-running'
  | 'backend-unavailable'
  | 'outcome-unknown'
  | 'canceled'
  | 'failed'

/** An operation that stopped for a reason its caller should tell apart from a fault. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly outcome: BadOutcome
  readonly code: OperationErrorCode
  /** What the summary shall hold all the same, for example the fresh dry run of a plan that changed. */
  readonly result: Partial<OperationResult>

  constructor(
    outcome: BadOutcome,
    code: OperationErrorCode,
    message: string,
    options: { readonly result?: Partial<OperationResult>; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.outcome = outcome
    this.code = code
    this.result = options.result ?? {}
  }
}
