/**
 * The database cannot be used as it is: it does not start, does not answer, or its schema does not fit this build.
 * The message names the thing and the next step and may be shown to an operator as it is.
 */
export class DatabaseSetupError extends Error {
  override readonly name: string = 'DatabaseSetupError'

  /** What a process exits with: 1, or 3 where the database answers and this build refuses to use it. */
  readonly exitCode: 1 | 3

  constructor(message: string, cause?: unknown, exitCode: 1 | 3 = 1) {
    super(message, cause === undefined ? undefined : { cause })
    this.exitCode = exitCode
  }
}

/** The database does not answer at all; nothing is known of its schema. */
export class DatabaseUnreachableError extends DatabaseSetupError {}
