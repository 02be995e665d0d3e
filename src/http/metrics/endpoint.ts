import { hasRole } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import type { Endpoint } from '../exchange.ts'
import type { Metrics } from './metrics.ts'
import { actorOf, type Actors } from '../endpoints/session-cookie.ts'

/** `GET /metrics` for Prometheus. In production it requires an operator's token (`authorization` in the scrape configuration). */
export function createMetricsEndpoint(metrics: Metrics, actors: Actors, isOpen: boolean): Endpoint {
  return async ({ request, response }) => {
    if (!isOpen) {
      const actor = await actorOf(request, actors)
      if (!hasRole(actor, 'OPERATOR'))
        throw new AppError(
          actor.name === null ? 'UNAUTHENTICATED' : 'FORBIDDEN',
          'Metrics require the role OPERATOR; send an API token as `Authorization: Bearer kb_…`.',
        )
    }
    const { type, text } = await metrics.expose()
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
}
