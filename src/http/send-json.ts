import { describeFailure, retryAfterSeconds, statusOf } from './describe-failure.ts'
import type { Failure } from './describe-failure.ts'
import type { Exchange } from './exchange.ts'

/** Ends the exchange with a JSON body (none for HEAD). */
export function sendJson(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string | number>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : text)
}

/** Ends the exchange with a JSON error. Partly sent responses are cut off, so that they cannot pass as complete. */
export function sendFailure(
  exchange: Exchange,
  thrown: unknown,
  headers: Readonly<Record<string, string | number>> = {},
): Failure {
  const failure = describeFailure(thrown, exchange.requestId)
  if (exchange.response.headersSent) exchange.response.destroy()
  else {
    const { code, message, details } = failure
    sendJson(
      exchange,
      statusOf[code],
      exchange.path === '/graphql'
        ? { errors: [{ message, extensions: { ...details, code } }] }
        : { error: { code, message, ...details } },
      {
        ...(code === 'BACKEND_UNAVAILABLE' && { 'retry-after': retryAfterSeconds }),
        ...(typeof details['retryAfterSeconds'] === 'number' && {
          'retry-after': details['retryAfterSeconds'],
        }),
        ...headers,
      },
    )
  }
  return failure
}
