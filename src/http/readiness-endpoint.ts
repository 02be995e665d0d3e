import type { Endpoint } from './exchange.ts'
import { sendJson } from './send-json.ts'

/** The parts of readiness; each is `ok` or says what is wrong, without addresses. */
export interface Readiness {
  readonly database: string
  readonly migrations: string
  readonly draining: boolean
}

/** `GET /readyz`: 200 if requests may come, else 503; the body has the parts. */
export function createReadinessEndpoint(readReadiness: () => Promise<Readiness>): Endpoint {
  return async (exchange) => {
    const parts = await readReadiness()
    const isReady = parts.database === 'ok' && parts.migrations === 'ok' && !parts.draining
    sendJson(exchange, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready', ...parts })
  }
}
