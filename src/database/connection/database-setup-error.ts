/** The database is unusable as it is. The message names the next step and is safe for an operator. */
export class DatabaseSetupError extends Error {
  override readonly name: string = 'DatabaseSetupError'

  /** Process exit code: 1, or 3 where the database responds but this build refuses to use it. */
  readonly exitCode: 1 | 3

  constructor(message: string, cause?: unknown, exitCode: 1 | 3 = 1) {
    super(message, cause === undefined ? undefined : { cause })
    this.exitCode = exitCode
  }
}

export class DatabaseUnreachableError extends DatabaseSetupError {}
