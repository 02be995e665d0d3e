/** Error codes in GraphQL errors and REST bodies. A test keeps them in sync with `docs/errors.md`. */
export const errorCodes = [
  'BAD_REQUEST',
  'BAD_CURSOR',
  'DEPTH_EXCEEDED',
  'COST_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'NOT_ACCEPTABLE',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMITED',
  'BACKEND_UNAVAILABLE',
  'DATABASE_READ_ONLY',
  'DATABASE_RIGHT_MISSING',
  'TIMEOUT',
  'INTERNAL',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** An expected error whose message is safe to show. Anything else becomes INTERNAL. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Machine-readable details; never a path, SQL or a connection string. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** The environment is invalid; `problems` has one line per variable. Processes exit with 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? problems[0]
        : `Invalid settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}
