import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { logFailure } from './describe-failure.ts'
import { answerCors } from './cors.ts'
import type { Endpoint, Exchange } from './exchange.ts'
import type { Metrics } from './metrics/metrics.ts'
import { refuseForeignOrigin } from './refuse-foreign-origin.ts'
import { requestIdOf } from './request-id.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { sendFailure } from './send-json.ts'

export interface Route {
  readonly path: string
  /** Null: the endpoint checks methods itself. */
  readonly methods: readonly string[] | null
  readonly answer: Endpoint
}

export interface DispatcherOptions {
  readonly isSecure: boolean
  readonly corsOrigins: readonly string[]
  readonly actingOrigins: readonly string[]
  readonly metrics: Metrics
  readonly log: Log
}

/** Routes a request and turns any failure into a JSON response with a code; never rejects. */
export function createDispatcher(
  routes: readonly Route[],
  { isSecure, corsOrigins, actingOrigins, metrics, log }: DispatcherOptions,
) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0]!
    const requestId = requestIdOf(request.headers['x-request-id'])
    const exchange: Exchange = { request, response, requestId, path }
    const started = performance.now()
    const route = routes.find((candidate) => isOn(candidate, path))
    const { method = '' } = request
    response.once('close', () => {
      const status = response.headersSent ? response.statusCode : 0
      metrics.request(route?.path ?? 'none', method, status)
      if (log.isLevelEnabled('debug'))
        log.debug(
          { requestId, method, path, status, milliseconds: Math.round(performance.now() - started) },
          'answered',
        )
    })
    response.setHeader('x-request-id', requestId)
    setSecurityHeaders(response, isSecure)
    // Tells refused clients which encodings are accepted (RFC 9110, section 12.5.3).
    if (request.headers['content-encoding'] !== undefined) response.setHeader('accept-encoding', 'identity')
    closeAfterHalfARequest(request, response)
    try {
      if (answerCors(corsOrigins, request, response)) return
      if (route === undefined)
        throw new AppError('NOT_FOUND', 'There is nothing at this address; try /graphql.')
      if (route.methods !== null && !route.methods.includes(method)) {
        const allow = route.methods.join(', ')
        const message = `This address only accepts ${allow}.`
        sendFailure(exchange, new AppError('METHOD_NOT_ALLOWED', message), { allow })
        return
      }
      refuseForeignOrigin(request, route.path, actingOrigins)
      await route.answer(exchange)
    } catch (error) {
      if (isClientGone(error) || (request.destroyed && !request.complete)) return void response.destroy()
      const { code } = sendFailure(exchange, error)
      logFailure(log, { err: error, requestId, path }, code)
    }
  }
}

/** If the response precedes the end of the body, close: the rest would be read as the next request, or block it. */
function closeAfterHalfARequest(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const writeHead = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse
  response.writeHead = (...given: unknown[]) => {
    if (!request.complete) response.setHeader('connection', 'close')
    return writeHead(...given)
  }
}

function isOn(route: Route, path: string): boolean {
  if (route.path.endsWith('/*')) return path.startsWith(route.path.slice(0, -1))
  return path === route.path || (path === `${route.path}/` && route.path !== '/')
}

function isClientGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}
