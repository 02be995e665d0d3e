import type { Pool } from 'pg'
import { collectDefaultMetrics, Counter, Gauge, Registry, type Metric } from 'prom-client'
import { createDurationHistogram } from './duration-histogram.ts'
import type { GraphInMemory } from '../graphql/graph-headers.ts'

export interface Metrics {
  /** @param route from the route table, not the client's path */
  request(route: string, method: string, status: number): void
  fastAnswer(from: FastSource): void
  operation(name: string | null, kind: string, outcome: 'ok' | 'error', seconds: number): void
  subscriptions(change: 1 | -1): void
  streamCut(): void
  watchWaiting(bytes: () => number): void
  expose(): Promise<{ readonly type: string; readonly text: string }>
}

/** Source of a fast-path response: the response cache, the graph in memory, or the database. */
export type FastSource = 'kept' | 'memory' | 'database'

/** Clients choose operation names, so the number of distinct labels is limited. */
const mostNames = 200
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])

export function createMetrics(
  pool: Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'> | null,
  graph: (GraphInMemory & { historiesReplaced(): number }) | null = null,
): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const shared = { registers: [registry] }
  /** Requests not yet passed to the counter, which is slower than counting here. */
  const untold = new Map<string, { readonly labels: Record<string, string | number>; count: number }>()
  new Counter({
    name: 'kb_http_requests_total',
    help: 'Responses of the HTTP server',
    labelNames: ['route', 'method', 'status'],
    ...shared,
    collect() {
      for (const { labels, count } of untold.values()) this.inc(labels, count)
      untold.clear()
    },
  })
  const fastAnswers: Record<FastSource, number> = { kept: 0, memory: 0, database: 0 }
  new Counter({
    name: 'kb_fast_lane_answers_total',
    help: 'Responses of the fast path: from the response cache (kept), written from memory, or read from the database',
    labelNames: ['from'],
    ...shared,
    collect() {
      this.reset()
      for (const [from, count] of Object.entries(fastAnswers)) this.inc({ from }, count)
    },
  })
  const operations = createDurationHistogram(
    'kb_graphql_operation_duration_seconds',
    'GraphQL operations by name; names beyond the first 200 are `other`',
  )
  // A registry uses only a metric's name and values.
  registry.registerMetric(operations as unknown as Metric)
  const subscriptions = new Gauge({
    name: 'kb_subscriptions_open',
    help: 'Open subscriptions',
    ...shared,
  })
  const streamsCut = new Counter({
    name: 'kb_event_streams_cut_total',
    help: 'Event streams cut off because their clients did not read',
    ...shared,
  })
  let waitingBytes = () => 0
  new Gauge({
    name: 'kb_event_streams_waiting_bytes',
    help: 'Bytes buffered for clients of event streams',
    ...shared,
    collect() {
      this.set(waitingBytes())
    },
  })
  if (pool !== null)
    new Gauge({
      name: 'kb_database_connections',
      help: 'Connections of the request pool, and requests waiting for one',
      labelNames: ['state'],
      ...shared,
      collect() {
        this.set({ state: 'idle' }, pool.idleCount)
        this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
        this.set({ state: 'waiting' }, pool.waitingCount)
      },
    })
  if (graph !== null) {
    new Gauge({
      name: 'kb_graph_version',
      help: 'Version of the graph in memory; 0 where the database answers',
      ...shared,
      collect() {
        this.set(graph.current()?.snapshot.state.version ?? 0)
      },
    })
    new Gauge({
      name: 'kb_graph_age_seconds',
      help: 'Seconds since the database last confirmed the graph in memory',
      ...shared,
      collect() {
        this.set(graph.freshness().ageSeconds)
      },
    })
    new Counter({
      name: 'kb_graph_histories_replaced_total',
      help: 'How often the database came back with another history, as after a failover to a lagging standby',
      ...shared,
      collect() {
        this.reset()
        this.inc(graph.historiesReplaced())
      },
    })
  }
  const names = new Set<string>()
  const labelOf = (name: string | null) => {
    if (name === null) return 'anonymous'
    if (!names.has(name) && names.size >= mostNames) return 'other'
    names.add(name)
    return name
  }
  return {
    request(route, method, status) {
      const key = `${status} ${method} ${route}`
      const known = untold.get(key)
      if (known !== undefined) known.count++
      else {
        const labels = { route, method: methods.has(method) ? method : 'other', status }
        untold.set(key, { labels, count: 1 })
      }
    },
    fastAnswer(from) {
      fastAnswers[from]++
    },
    operation(name, kind, outcome, seconds) {
      const operation = labelOf(name)
      operations.observe(`${kind} ${outcome} ${operation}`, seconds, () => ({ operation, kind, outcome }))
    },
    subscriptions: (change) => subscriptions.inc(change),
    streamCut: () => streamsCut.inc(),
    watchWaiting(bytes) {
      waitingBytes = bytes
    },
    expose: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}
