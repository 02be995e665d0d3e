/**
 * The database cannot be used as it is: it does not start, does not answer, or its schema does not fit this build.
 * The message names the thing and the next step and may be shown to an operator as it is; a process exits with 1.
 */
export class DatabaseSetupError extends Error {
  override readonly name = 'DatabaseSetupError'

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
  }
}
