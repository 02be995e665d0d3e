import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'
import { sessionTokenOf } from './endpoints/session-cookie.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * CSRF protection: rejects unsafe requests from other sites that carry the session cookie or sign in. Browsers send `Origin` or
 * `Sec-Fetch-Site`; other programs send neither and use a token.
 * @param origins allowed besides the server's own: those of BASE_URL and KB_CORS_ORIGINS
 * @throws AppError FORBIDDEN
 */
export function refuseForeignOrigin(
  request: IncomingMessage,
  path: string,
  origins: readonly string[],
): void {
  const { method = '', headers } = request
  if (safeMethods.has(method) || headers.authorization !== undefined) return
  if (sessionTokenOf(request) === null && path !== '/api/admin/session') return
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  const isOwn =
    origin === undefined
      ? site === undefined || site === 'same-origin' || site === 'none'
      : origins.includes(origin) || hostOf(origin) === host?.toLowerCase()
  if (isOwn) return
  throw new AppError(
    'FORBIDDEN',
    `A page of ${origin ?? 'another site'} may not act for a signed-in user. Set BASE_URL to the address under which this server is reached, or list the page's origin in KB_CORS_ORIGINS.`,
  )
}

/** Null for opaque origins such as `null`. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
