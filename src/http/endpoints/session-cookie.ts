import type { IncomingMessage } from 'node:http'
import { parseCookie } from 'cookie'
import { isApiToken } from '../../domain/access/api-token.ts'
import { publicActor, type Actor } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import type { Sessions } from '../../resolvers/session.ts'

export const sessionCookie = 'kb_session'

/** The session token of a request; null if there is none in our format. */
export function sessionTokenOf(request: IncomingMessage): string | null {
  const header = request.headers.cookie
  if (header === undefined) return null
  const token = parseCookie(header)[sessionCookie]
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : null
}

export type Actors = Pick<Sessions, 'actorOf' | 'actorOfApiToken'>

/**
 * Who sends a request: the owner of its API token (`Authorization: Bearer kb_…`), else of its session, else the public. Reads the
 * database only if there is a token.
 * @throws AppError UNAUTHENTICATED for an invalid API token
 */
export async function actorOf(request: IncomingMessage, actors: Actors): Promise<Actor> {
  const { authorization } = request.headers
  // Other schemes belong to proxies.
  if (authorization !== undefined && /^Bearer\b/i.test(authorization))
    return actors.actorOfApiToken(apiTokenOf(authorization))
  const token = sessionTokenOf(request)
  return token === null ? publicActor : actors.actorOf(token)
}

/** Whether a request would still be authenticated as the same actor. */
export async function isActor(actor: Actor, request: IncomingMessage, actors: Actors): Promise<boolean> {
  if (actor === publicActor) return true
  try {
    const now = await actorOf(request, actors)
    return now.role === actor.role && now.name === actor.name
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return false
    throw error
  }
}

function apiTokenOf(authorization: string): string {
  const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
  if (isApiToken(token)) return token
  throw new AppError('UNAUTHENTICATED', 'Send an API token as `Authorization: Bearer kb_…`.')
}
