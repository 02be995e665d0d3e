import { hasRole } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import type { Overview } from '../../resolvers/overview.ts'
import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'
import { actorOf, type Actors } from './session-cookie.ts'

/** `GET /api/admin/overview`: what is stored; for signed-in users. */
export function createOverviewEndpoint(sessions: Actors, readOverview: () => Promise<Overview>): Endpoint {
  return async (exchange) => {
    const actor = await actorOf(exchange.request, sessions)
    if (!hasRole(actor, 'EDITOR'))
      throw new AppError(
        'UNAUTHENTICATED',
        'The overview is for signed-in users; sign in at /api/admin/session.',
      )
    sendJson(exchange, 200, await readOverview())
  }
}
