import { isReadTimeout } from '../database/connection/connection-loss.ts'
import { isDatabaseUnavailable } from '../database/connection/database-unavailable.ts'
import { poolerAdvice } from '../database/connection/pooler.ts'
import { writeRefusalOf } from '../database/connection/write-refusal.ts'
import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { StorageUnavailableError } from '../storage/content-driver.ts'

/** A failure as clients see it: without causes, paths, SQL or addresses. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly details: Readonly<Record<string, unknown>>
}

export const statusOf: Readonly<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  BAD_CURSOR: 400,
  DEPTH_EXCEEDED: 400,
  COST_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  BACKEND_UNAVAILABLE: 503,
  DATABASE_READ_ONLY: 503,
  DATABASE_RIGHT_MISSING: 503,
  TIMEOUT: 504,
}

/** `Retry-After` of BACKEND_UNAVAILABLE, in seconds. */
export const retryAfterSeconds = 5

/** The only place where an exception becomes a response; unknown ones are masked, and the request id leads to the log. */
export function describeFailure(thrown: unknown, requestId: string): Failure {
  const appError = causesOf(thrown).find((cause) => cause instanceof AppError)
  if (appError) return { code: appError.code, message: appError.message, details: appError.details }
  const outage = causesOf(thrown).find((cause) => cause instanceof StorageUnavailableError)
  if (outage)
    return {
      code: 'BACKEND_UNAVAILABLE',
      message: `The content state's store (${outage.backend}) cannot be read; try again shortly.`,
      details: { requestId },
    }
  const advice = firstOf(thrown, poolerAdvice)
  if (advice !== null) return { code: 'BACKEND_UNAVAILABLE', message: advice, details: { requestId } }
  const code = databaseCode(thrown)
  if (code === 'BAD_REQUEST')
    return {
      code,
      message: 'A value contains a character or number that the database cannot store.',
      details: {},
    }
  if (code === 'TIMEOUT')
    return { code, message: 'The database took too long; request less at a time.', details: { requestId } }
  if (code === 'BACKEND_UNAVAILABLE')
    return { code, message: 'The database cannot be reached; try again shortly.', details: { requestId } }
  if (code === 'DATABASE_READ_ONLY')
    return {
      code,
      message:
        'The database of this server is read-only, so nothing can be changed. The log tells the operator what to do.',
      details: { requestId },
    }
  if (code === 'DATABASE_RIGHT_MISSING')
    return {
      code,
      message:
        'The database does not permit this. The log tells the operator which privilege is missing and what to do.',
      details: { requestId },
    }
  return {
    code: 'INTERNAL',
    message: `Something went wrong on the server. The log has the cause under the request id ${requestId}.`,
    details: { requestId },
  }
}

export function logFailure(
  log: Log,
  facts: { readonly err: unknown; readonly [more: string]: unknown },
  code: ErrorCode,
): void {
  if (code === 'INTERNAL') log.error(facts, 'a request failed unexpectedly')
  else if (code === 'BACKEND_UNAVAILABLE' || code === 'TIMEOUT')
    log.warn(facts, 'the database or a store did not answer a request')
  else if (code === 'DATABASE_READ_ONLY' || code === 'DATABASE_RIGHT_MISSING')
    log.error(facts, firstOf(facts.err, writeRefusalOf)?.message ?? code)
}

function firstOf<Found>(thrown: unknown, find: (cause: Error) => Found | null): Found | null {
  for (const cause of causesOf(thrown)) {
    const found = find(cause)
    if (found !== null) return found
  }
  return null
}

const refusedValues = new Set(['22021', '22P05', '22003', '22P02', '22007', '22008'])
/** Statement timeout, lock timeout. */
const timeouts = new Set(['57014', '55P03'])

/** The error code of a database fault, however deeply wrapped; null for anything else. */
function databaseCode(thrown: unknown): ErrorCode | null {
  for (const error of causesOf(thrown)) {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
    if (timeouts.has(code) || isReadTimeout(error)) return 'TIMEOUT'
    if (refusedValues.has(code)) return 'BAD_REQUEST'
    const refusal = writeRefusalOf(error)
    if (refusal !== null)
      return refusal.kind === 'read-only' ? 'DATABASE_READ_ONLY' : 'DATABASE_RIGHT_MISSING'
    // File errors carry system codes, too, but are not database faults.
    if (!('path' in error) && isDatabaseUnavailable(error)) return 'BACKEND_UNAVAILABLE'
  }
  return null
}

/** An error and all its causes, including those inside GraphQL errors and aggregates. */
function causesOf(thrown: unknown): Error[] {
  const found: Error[] = []
  const waiting: unknown[] = [thrown]
  while (waiting.length > 0 && found.length < 32) {
    const next = waiting.shift()
    if (!(next instanceof Error) || found.includes(next)) continue
    found.push(next)
    waiting.push(next.cause)
    if ('originalError' in next) waiting.push(next.originalError)
    if (next instanceof AggregateError) waiting.push(...(next.errors as unknown[]))
  }
  return found
}
