import type { OperationResult } from './summary.ts'

/** How an operation ended if not well; each has a CLI exit code. */
export type BadOutcome =
  | 'failed'
  /** A precondition, the plan, the ledger or the target is wrong; nothing was written. */
  | 'refused'
  | 'busy'
  /** The connection was lost after COMMIT was sent. */
  | 'unknown'

/** Machine-readable reason; GraphQL has a type for some of them. */
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

/** An operation that stopped for a reason that its caller should distinguish from a bug. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly outcome: BadOutcome
  readonly code: OperationErrorCode
  /** Parts of the summary to keep, for example the new dry run of a plan that changed. */
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
