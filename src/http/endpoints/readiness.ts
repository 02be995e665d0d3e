import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'

/** The parts of readiness; each is `ok` or says what is wrong, without addresses. */
export interface Readiness {
  readonly database: string
  readonly migrations: string
  /** Migrations of a newer build with which this one goes on; left out if there are none. */
  readonly newerMigrations?: readonly string[]
  /** The graph in memory, by which reads are answered without the database; null if there is none. */
  readonly graph: { readonly version: number; readonly ageSeconds: number } | null
  readonly draining: boolean
}

/** A server that follows its database looks at it every few seconds. */
const freshSeconds = 15

/**
 * `GET /readyz`: 200 if requests may come, else 503; the body has the parts. A server that cannot follow its database is degraded, also
 * where new connections are answered and only those that it follows by are silent.
 *
 * @param maxGraphAge seconds since the graph was known to be the database's, after which the server is not ready; 0: never
 */
export function createReadinessEndpoint(
  readReadiness: () => Promise<Readiness>,
  maxGraphAge: number,
): Endpoint {
  return async (exchange) => {
    const parts = await readReadiness()
    const age = parts.graph?.ageSeconds ?? 0
    const hasDatabase = parts.database === 'ok'
    const canAnswer = hasDatabase ? parts.migrations === 'ok' : parts.graph !== null
    const isTooOld = maxGraphAge > 0 && age > maxGraphAge
    const isReady = !parts.draining && canAnswer && !isTooOld
    const isFollowing = hasDatabase && age <= freshSeconds
    const status = !isReady ? 'not ready' : isFollowing ? 'ready' : 'degraded'
    sendJson(exchange, isReady ? 200 : 503, { status, ...parts })
  }
}
