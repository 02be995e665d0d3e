import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Pool } from 'pg'

/** What the doors count and time, for Prometheus. */
export interface Metrics {
  /** @param route as the table of routes has it, not as a client wrote it */
  request(route: string, method: string, status: number): void
  operation(name: string | null, kind: string, outcome: 'ok' | 'error', seconds: number): void
  subscriptions(change: 1 | -1): void
  /** The text that Prometheus reads, and its media type. */
  expose(): Promise<{ readonly type: string; readonly text: string }>
}

/** Clients choose the names of their operations, so only as many are told apart. */
const mostNames = 200
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])

/** Counters of one process. @param pool whose connections are counted */
export function createMetrics(pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'> | null): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const shared = { registers: [registry] }
  const requests = new Counter({
    name: 'kb_http_requests_total',
    help: 'Answers of the HTTP server',
    labelNames: ['route', 'method', 'status'],
    ...shared,
  })
  const operations = new Histogram({
    name: 'kb_graphql_operation_duration_seconds',
    help: 'GraphQL operations by name; names beyond the first 200 are `other`',
    labelNames: ['operation', 'kind', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    ...shared,
  })
  const subscriptions = new Gauge({
    name: 'kb_subscriptions_open',
    help: 'Subscriptions that are open',
    ...shared,
  })
  if (pool !== null)
    new Gauge({
      name: 'kb_database_connections',
      help: 'Connections of the pool that answers requests, and requests that wait for one',
      labelNames: ['state'],
      ...shared,
      collect() {
        this.set({ state: 'idle' }, pool.idleCount)
        this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
        this.set({ state: 'waiting' }, pool.waitingCount)
      },
    })
  const names = new Set<string>()
  const labelOf = (name: string | null) => {
    if (name === null) return 'anonymous'
    if (!names.has(name) && names.size >= mostNames) return 'other'
    names.add(name)
    return name
  }
  return {
    request: (route, method, status) =>
      requests.inc({ route, method: methods.has(method) ? method : 'other', status }),
    operation: (name, kind, outcome, seconds) =>
      operations.observe({ operation: labelOf(name), kind, outcome }, seconds),
    subscriptions: (change) => subscriptions.inc(change),
    expose: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}
