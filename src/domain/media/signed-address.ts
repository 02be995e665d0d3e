import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CursorKey } from '../paging/cursor.ts'

/** How long a signed URL is valid. */
const lifetimeSeconds = 15 * 60

/**
 * Signs a URL of a private file, valid for 15 minutes.
 * @param path from the server's root, without a query
 * @param now milliseconds since 1970
 * @example signAddress(key, '/media/6b86….png', Date.now()) //
 * '/media/6b86….png?expires=1795860000&signature=…'
 */
export function signAddress(key: CursorKey, path: string, now: number): string {
  const expires = Math.floor(now / 1000) + lifetimeSeconds
  return `${path}?expires=${expires}&signature=${signatureOf(key, path, expires)}`
}

export function isSignedAddress(key: CursorKey, path: string, query: URLSearchParams, now: number): boolean {
  const expires = Number(query.get('expires'))
  if (!(expires * 1000 > now)) return false
  const given = Buffer.from(query.get('signature') ?? '')
  const right = Buffer.from(signatureOf(key, path, expires))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** The key also signs cursors, whose text never starts with this word. */
function signatureOf(key: CursorKey, path: string, expires: number): string {
  return createHmac('sha256', key).update(`address ${path} ${expires}`).digest('base64url')
}
