import { GraphQLError } from 'graphql'
import type { GraphQLHTTPExtensions, Plugin } from 'graphql-yoga'
import { hasRole } from '../domain/role.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'
import { describeFailure, logFailure, retryAfterSeconds, statusOf } from './describe-failure.ts'
import type { Failure } from './describe-failure.ts'
import type { GraphqlFacts } from './exchange.ts'

/**
 * The single seam between what was thrown and what a client reads: each error leaves with a message, `extensions.code`
 * and, if it is ours, the request id. Replaces Yoga's own masking.
 *
 * @param hidesSuggestions names of the schema that a misspelt one may mean are told to operators only
 */
export function useErrorSeam(
  log: Log,
  { hidesSuggestions }: { readonly hidesSuggestions: boolean },
): Plugin<object, GraphqlFacts> {
  return {
    onResultProcess({ result, setResult, serverContext: { requestId, actor } }) {
      // Batches are refused before they run, and no operation streams.
      if (Array.isArray(result) || Symbol.asyncIterator in result || !result.errors?.length) return
      const { errors } = result
      const translated = errors.map((error) => translate(error, result, requestId, log))
      const isHiding = hidesSuggestions && !hasRole(actor, 'OPERATOR')
      setResult({ ...result, errors: isHiding ? translated.map(withoutSuggestion) : translated })
    },
  }
}

/** graphql-js ends what it says of an unknown name with the names that are near. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean [^?]*\?/, '')
  return message === error.message
    ? error
    : new GraphQLError(message, { ...error, nodes: error.nodes ?? null })
}

type Result = { readonly data?: object | null | undefined }

function translate(error: GraphQLError, result: Result, requestId: string, log: Log): GraphQLError {
  const isFault = isRequestFault(error)
  const failure: Failure = isFault
    ? { code: codeOfRequestFault(error), message: error.message, details: {} }
    : describeFailure(error, requestId)
  const { code, message, details } = failure
  logFailure(log, { err: error.originalError ?? error, requestId, path: error.path?.join('.') }, code)
  const http = answersNothing(result, code) ? (error.extensions.http ?? httpFor(failure, isFault)) : undefined
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...details, code, ...(http && { http }) },
  })
}

/**
 * GraphQL's own complaint about the document or its variables. An error that graphql-js wrapped while it executed is the
 * client's only if it points at the document: a scalar that cannot write its value points nowhere.
 */
function isRequestFault(error: GraphQLError): boolean {
  let innermost: GraphQLError = error
  while (innermost.originalError) {
    if (!(innermost.originalError instanceof GraphQLError)) return false
    innermost = innermost.originalError
  }
  return error.path === undefined || innermost.nodes !== undefined
}

function codeOfRequestFault(error: GraphQLError): ErrorCode {
  const status = error.extensions.http?.status
  if (status === 405) return 'METHOD_NOT_ALLOWED'
  return status === 413 ? 'PAYLOAD_TOO_LARGE' : 'BAD_REQUEST'
}

/** An answer with data is a 200, unless the database failed all of it. */
function answersNothing(result: Result, code: ErrorCode): boolean {
  if (!('data' in result)) return true
  const isOutage = code === 'BACKEND_UNAVAILABLE' || code === 'TIMEOUT'
  return isOutage && Object.values(result.data ?? {}).every((value) => value === null)
}

function httpFor({ code, details }: Failure, isRequestFault: boolean): GraphQLHTTPExtensions {
  const status = statusOf[code]
  const wait = details['retryAfterSeconds']
  if (typeof wait === 'number') return { status, headers: { 'retry-after': String(wait) } }
  if (code === 'BACKEND_UNAVAILABLE') return { status, headers: { 'retry-after': String(retryAfterSeconds) } }
  // `spec`: the request was well-formed and its operation was not, so clients that accept only application/json get a
  // 200, as GraphQL over HTTP says.
  return isRequestFault ? { status, spec: true } : { status }
}
