import { AppError } from '../errors.ts'
import { computeMetrics } from '../graph/metrics/compute-metrics.ts'
import { exactUpTo, type GraphMetrics } from '../graph/metrics/measure-graph.ts'
import { instantOf } from '../domain/timestamp.ts'
import { createTurns } from '../domain/turns.ts'
import type { MetricsInput } from '../graph/metrics/metrics-input.ts'
import type { MetricsRecord } from './walk-reader.ts'

/** A graph state to measure. */
export interface MeasurableState {
  /** Of `kb_graph_version`. */
  readonly version: number
  readonly input: MetricsInput
  find(slug: string): number | undefined
  readonly graphHash: () => string | Promise<string>
}

export interface WantedState {
  /** Identifies the state, even across histories. */
  readonly key: string
  /** Opens the state when its turn comes; it may be newer by then. */
  open(signal: AbortSignal): Promise<MeasurableState>
}

export interface Figures {
  /** Null if this state does not show the entity. */
  metricsOf(slug: string): MetricsRecord | null
}

export interface MetricsSeries {
  /**
   * The metrics of a state. Above {@link exactUpTo} entities, the last known ones while new ones are computed.
   * @throws AppError TIMEOUT if none are known in time, BACKEND_UNAVAILABLE when stopping
   */
  figuresOf(wanted: WantedState): Promise<Figures>
}

export interface MetricsKeeper {
  /** @param isKept keep computing when all callers have left, for the next one */
  series(isKept: boolean): MetricsSeries
  /** Aborts running computations and rejects new requests. */
  stop(): void
}

interface Measured extends Figures {
  readonly turn: number
  readonly nodeCount: number
}

interface Run {
  readonly key: string
  readonly turn: number
  readonly open: WantedState['open']
  readonly abort: AbortController
}

interface Waiting {
  /** Resolves with metrics of this turn or later. */
  readonly turn: number
  readonly resolve: (measured: Measured) => void
  readonly reject: (error: Error) => void
}

/** Half of the default operation timeout. */
const defaultPatienceMs = 5000

/**
 * One computation at a time per process, always for a series' latest state: overtaken states are skipped.
 * @param patienceMs how long a caller waits if no metrics are known
 */
export function createMetricsKeeper(patienceMs = defaultPatienceMs): MetricsKeeper {
  const stopping = new AbortController()
  const takeTurn = createTurns(1)

  return {
    series: (isKept) => createSeries({ isKept, patienceMs, stopping: stopping.signal, takeTurn }),
    stop: () => stopping.abort(new AppError('BACKEND_UNAVAILABLE', 'The server is stopping; try again.')),
  }
}

interface SeriesOptions {
  readonly isKept: boolean
  readonly patienceMs: number
  readonly stopping: AbortSignal
  readonly takeTurn: (work: () => Promise<void>) => Promise<void>
}

function createSeries({ isKept, patienceMs, stopping, takeTurn }: SeriesOptions): MetricsSeries {
  let last: (Measured & { readonly key: string }) | null = null
  let running: Run | null = null
  let next: Run | null = null
  let turns = 0
  const waiting = new Set<Waiting>()
  const isEnough = (measured: Measured, turn: number) =>
    measured.turn >= turn || measured.nodeCount > exactUpTo

  function settle(run: Run, how: (one: Waiting) => void, isMeant: (one: Waiting) => boolean): void {
    for (const one of waiting) if (one.turn <= run.turn || isMeant(one)) how(one)
  }

  async function measureNext(): Promise<void> {
    const run = next
    next = null
    // The callers have left, or it is stopping.
    if (run === null || run.abort.signal.aborted) return
    running = run
    try {
      const measured = await measure(run)
      last = measured
      settle(run, (one) => one.resolve(measured), (one) => isEnough(measured, one.turn)) // prettier-ignore
    } catch (error) {
      settle(run, (one) => one.reject(error as Error), () => false) // prettier-ignore
    } finally {
      running = null
    }
  }

  /** The turn that will have measured a state. */
  function request({ key, open }: WantedState): number {
    const latest = next ?? running
    if (latest?.key === key && !latest.abort.signal.aborted) return latest.turn
    const isPlanned = next !== null
    const run = { key, open, turn: ++turns, abort: new AbortController() }
    next = run
    if (!isPlanned) void takeTurn(measureNext)
    return run.turn
  }

  function waitFor(turn: number): Promise<Measured> {
    return new Promise((resolve, reject) => {
      const leave = (settled: () => void) => {
        if (!waiting.delete(one)) return
        clearTimeout(timer)
        stopping.removeEventListener('abort', stop)
        if (!isKept && waiting.size === 0) giveUp()
        settled()
      }
      const one: Waiting = {
        turn,
        resolve: (measured) => leave(() => resolve(measured)),
        reject: (error) => leave(() => reject(error)),
      }
      const stop = () => one.reject(stopping.reason as AppError)
      const timer = setTimeout(() => one.reject(stillComputing()), patienceMs).unref()
      stopping.addEventListener('abort', stop, { once: true })
      waiting.add(one)
    })
  }

  function giveUp(): void {
    const reason = stillComputing()
    next?.abort.abort(reason)
    running?.abort.abort(reason)
  }

  async function measure(run: Run): Promise<Measured & { readonly key: string }> {
    const signal = AbortSignal.any([stopping, run.abort.signal])
    const { version, input, find, graphHash } = await run.open(signal)
    const metrics = await computeMetrics(input, signal)
    const computedAt = instantOf(new Date())
    return {
      key: run.key,
      turn: run.turn,
      nodeCount: input.nodeCount,
      metricsOf(slug) {
        const node = find(slug) ?? -1
        if (node === -1) return null
        return {
          ...figuresAt(metrics, node),
          graphVersion: version,
          computedAt,
          get graphHash() {
            return graphHash()
          },
        }
      },
    }
  }

  return {
    async figuresOf(wanted) {
      if (last?.key === wanted.key) return last
      stopping.throwIfAborted()
      const turn = request(wanted)
      return last !== null && isEnough(last, turn) ? last : waitFor(turn)
    },
  }
}

function stillComputing(): AppError {
  return new AppError('TIMEOUT', 'The metrics of this graph are still being computed; try again in a minute.')
}

function figuresAt(metrics: GraphMetrics, node: number) {
  return {
    degree: metrics.degree[node]!,
    inDegree: metrics.inDegree[node]!,
    outDegree: metrics.outDegree[node]!,
    pageRank: metrics.pageRank[node]!,
    betweenness: metrics.betweenness[node]!,
    coreness: metrics.coreness[node]!,
    component: metrics.component[node]!,
    community: metrics.community[node]!,
    isApproximate: metrics.isApproximate,
  }
}
