import type { Endpoint } from './exchange.ts'
import { sendJson } from './send-json.ts'

/** The parts of readiness; each is `ok` or says what is wrong, without addresses. */
export interface Readiness {
  readonly database: string
  readonly migrations: string
  /** The graph in memory, by which reads are answered without the database; null if there is none. */
  readonly graph: { readonly version: number; readonly ageSeconds: number } | null
  readonly draining: boolean
}

/** `GET /readyz`: 200 if requests may come, else 503; the body has the parts. Without its database a server is degraded. */
export function createReadinessEndpoint(readReadiness: () => Promise<Readiness>): Endpoint {
  return async (exchange) => {
    const parts = await readReadiness()
    const isWhole = parts.database === 'ok' && parts.migrations === 'ok'
    const isDegraded = parts.database !== 'ok' && parts.graph !== null
    const isReady = !parts.draining && (isWhole || isDegraded)
    const status = !isReady ? 'not ready' : isWhole ? 'ready' : 'degraded'
    sendJson(exchange, isReady ? 200 : 503, { status, ...parts })
  }
}
