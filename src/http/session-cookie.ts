import type { IncomingMessage } from 'node:http'
import { parseCookie } from 'cookie'
import { publicActor, type Actor } from '../domain/role.ts'
import type { Sessions } from '../resolvers/session.ts'

export const sessionCookie = 'kb_session'

/** The token that a request carries; null if it carries none that could be ours. */
export function sessionTokenOf(request: IncomingMessage): string | null {
  const header = request.headers.cookie
  if (header === undefined) return null
  const token = parseCookie(header)[sessionCookie]
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : null
}

/** Who sends a request. The database is asked only where there is a token. */
export async function actorOf(request: IncomingMessage, sessions: Pick<Sessions, 'actorOf'>): Promise<Actor> {
  const token = sessionTokenOf(request)
  return token === null ? publicActor : sessions.actorOf(token)
}
