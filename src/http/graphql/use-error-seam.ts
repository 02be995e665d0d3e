import { GraphQLError } from 'graphql'
import type { GraphQLHTTPExtensions, Plugin } from 'graphql-yoga'
import { hasRole } from '../../domain/access/role.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { describeFailure, logFailure, retryAfterSeconds, statusOf } from '../describe-failure.ts'
import type { Failure } from '../describe-failure.ts'
import type { GraphqlFacts } from '../exchange.ts'

/** The single seam between exceptions and clients; replaces Yoga's masking. `hidesSuggestions`: not for operators. */
export function useErrorSeam(
  log: Log,
  { hidesSuggestions }: { readonly hidesSuggestions: boolean },
): Plugin<object, GraphqlFacts> {
  return {
    onResultProcess({ result, setResult, serverContext: { requestId, actor } }) {
      if (Array.isArray(result)) return // batches are rejected earlier
      const isHiding = hidesSuggestions && !hasRole(actor, 'OPERATOR')
      const tell = <One extends Told>(one: One, isEvent: boolean): One => {
        if (!one.errors?.length) return one
        const errors = one.errors.map((error) => translate(error, one, { requestId, log, isEvent }))
        return { ...one, errors: isHiding ? errors.map(withoutSuggestion) : errors }
      }
      if (Symbol.asyncIterator in result) setResult(mapEvents(result, (event) => tell(event, true)))
      else setResult(tell(result, false))
    },
  }
}

interface Told {
  readonly errors?: readonly GraphQLError[] | undefined
  readonly data?: object | null | undefined
}

/** Maps each event; a failure that ends the subscription becomes its last event. */
function mapEvents<Event extends Told>(
  events: AsyncIterable<Event>,
  tell: (event: Event) => Event,
): AsyncIterableIterator<Event> {
  const source = events[Symbol.asyncIterator]()
  let isOver = false
  return {
    async next() {
      if (isOver) return { done: true, value: undefined }
      try {
        const next = await source.next()
        return next.done === true ? next : { done: false, value: tell(next.value) }
      } catch (error) {
        isOver = true
        return { done: false, value: tell({ errors: [toGraphqlError(error)] } as unknown as Event) }
      }
    },
    async return() {
      isOver = true
      await source.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

function toGraphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error
  const originalError = error instanceof Error ? error : new Error(String(error))
  return new GraphQLError(originalError.message, { originalError })
}

/** graphql-js appends similar names to errors about unknown ones. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean [^?]*\?/, '')
  return message === error.message
    ? error
    : new GraphQLError(message, { ...error, nodes: error.nodes ?? null })
}

interface Telling {
  readonly requestId: string
  readonly log: Log
  /** The status of a subscription cannot change after the response has started. */
  readonly isEvent: boolean
}

function translate(error: GraphQLError, result: Told, { requestId, log, isEvent }: Telling): GraphQLError {
  const isFault = isRequestFault(error)
  const failure: Failure = isFault
    ? { code: codeOfRequestFault(error), message: error.message, details: {} }
    : describeFailure(error, requestId)
  const { code, message, details } = failure
  logFailure(log, { err: error.originalError ?? error, requestId, path: error.path?.join('.') }, code)
  const isTelling = !isEvent && answersNothing(result, code)
  const http = isTelling ? (error.extensions.http ?? httpFor(failure, isFault)) : undefined
  return new GraphQLError(message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: { ...details, code, ...(http && { http }) },
  })
}

/** GraphQL's own complaint about the document or variables. A scalar that fails to serialize is ours, and has no location. */
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

/** A response with data is a 200, unless the database failed all of it. */
function answersNothing(result: Told, code: ErrorCode): boolean {
  if (!('data' in result)) return true
  const isOutage = code === 'BACKEND_UNAVAILABLE' || code === 'TIMEOUT'
  return isOutage && Object.values(result.data ?? {}).every((value) => value === null)
}

function httpFor({ code, details }: Failure, isRequestFault: boolean): GraphQLHTTPExtensions {
  const status = statusOf[code]
  const wait = details['retryAfterSeconds']
  if (typeof wait === 'number') return { status, headers: { 'retry-after': String(wait) } }
  if (code === 'BACKEND_UNAVAILABLE') return { status, headers: { 'retry-after': String(retryAfterSeconds) } }
  // `spec`: GraphQL over HTTP requires a 200 for clients that accept only application/json.
  return isRequestFault ? { status, spec: true } : { status }
}
