import type { IncomingMessage, ServerResponse } from 'node:http'

/** Lets pages of listed origins read responses, without cookies. Returns whether the request was a preflight, now answered. */
export function answerCors(
  origins: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (origins.length === 0) return false
  response.setHeader('vary', 'Origin')
  const { origin } = request.headers
  if (origin === undefined || !origins.includes(origin)) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader(
    'access-control-expose-headers',
    'x-request-id, etag, retry-after, x-graph-version, x-graph-age',
  )
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE')
  response.setHeader(
    'access-control-allow-headers',
    'authorization, content-type, x-request-id, x-graphql-cost, if-none-match',
  )
  response.setHeader('access-control-max-age', '600')
  response.writeHead(204).end()
  return true
}
