/**
 * Codes of faults of a request, as they stand in `extensions.code` of a GraphQL error and in the REST bodies.
 * `docs/errors.md` lists them with cause and remedy; a test holds the two equal.
 */
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

/**
 * An expected failure whose message may be shown to the caller: it names the thing and the next step.
 * Anything else that is thrown is masked as INTERNAL at the HTTP seam.
 *
 * @example throw new AppError('BAD_REQUEST', '`first` is 101; ask for 1 to 100.', { argument: 'first' })
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  /** Facts for a program, shown beside the code; never a path, SQL or a connection string. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.details = details
  }
}

/** The environment is wrong; `problems` has one line for each variable. A process exits with 2. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      problems.length === 1
        ? problems[0]
        : `The settings are not usable:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    )
    this.problems = problems
  }
}
