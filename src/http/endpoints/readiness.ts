import type { Endpoint } from '../exchange.ts'
import { sendJson } from '../send-json.ts'

export interface Readiness {
  readonly database: string
  readonly migrations: string
  /** Migrations of a newer build, if the database has any. */
  readonly newerMigrations?: readonly string[]
  readonly graph: { readonly version: number; readonly ageSeconds: number } | null
  readonly draining: boolean
}

/** A healthy server looks at its database every few seconds. */
const freshSeconds = 15

/**
 * `GET /readyz`: 200 if the server can take requests, else 503; the body has the checks. A server that cannot follow its database
 * is degraded, even if new connections succeed.
 * @param maxGraphAge seconds since the graph was last confirmed after which the server is not ready; 0: never
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
