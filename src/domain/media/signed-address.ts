import { createHmac, timingSafeEqual } from 'node:crypto'
import type { CursorKey } from '../paging/cursor.ts'

/** How long an address that was signed shows what it names. */
const lifetimeSeconds = 15 * 60

/**
 * An address that shows a private file to whoever has it, for 15 minutes.
 *
 * @param path from the root of the server, without a query
 * @param now milliseconds since 1970
 * @example signAddress(key, '/media/6b86….png', Date.now()) // '/media/6b86….png?expires=1795860000&signature=…'
 */
export function signAddress(key: CursorKey, path: string, now: number): string {
  const expires = Math.floor(now / 1000) + lifetimeSeconds
  return `${path}?expires=${expires}&signature=${signatureOf(key, path, expires)}`
}

/** Whether the query of an address was signed for its path and is still good. @param now milliseconds since 1970 */
export function isSignedAddress(key: CursorKey, path: string, query: URLSearchParams, now: number): boolean {
  const expires = Number(query.get('expires'))
  if (!(expires * 1000 > now)) return false
  const given = Buffer.from(query.get('signature') ?? '')
  const right = Buffer.from(signatureOf(key, path, expires))
  return given.length === right.length && timingSafeEqual(given, right)
}

/** The key signs cursors too; no text of theirs begins with this word. */
function signatureOf(key: CursorKey, path: string, expires: number): string {
  return createHmac('sha256', key).update(`address ${path} ${expires}`).digest('base64url')
}
