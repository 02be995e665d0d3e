import { AppError } from '../errors.ts'
import { computeMetrics } from '../graph/metrics/compute-metrics.ts'
import { exactUpTo, type GraphMetrics } from '../graph/metrics/measure-graph.ts'
import { instantOf } from '../domain/timestamp.ts'
import { createTurns } from '../domain/turns.ts'
import type { MetricsInput } from '../graph/metrics/metrics-input.ts'
import type { MetricsRecord } from './walk-reader.ts'

/** A state of the graph that can be measured. */
export interface MeasurableState {
  /** Of `kb_graph_version`. */
  readonly version: number
  readonly input: MetricsInput
  /** The node of a slug; -1 or undefined if it has none. */
  find(slug: string): number | undefined
  readonly graphHash: () => string | Promise<string>
}

/** What a reader wants measured. */
export interface WantedState {
  /** Tells this state from others, also from those of another history. */
  readonly key: string
  /** Reads it once its turn has come; the state that is read may be a newer one. */
  open(signal: AbortSignal): Promise<MeasurableState>
}

/** The figures of one state. */
export interface Figures {
  /** Of one entity; null if that state does not show it. */
  metricsOf(slug: string): MetricsRecord | null
}

/** What one reader sees, state after state. */
export interface MetricsSeries {
  /**
   * The figures of a state. In a graph of more than {@link exactUpTo} entities the last known ones meanwhile, which are of a
   * version before.
   *
   * @throws AppError TIMEOUT where none are known after a while, BACKEND_UNAVAILABLE at a stop; and what `open` throws
   */
  figuresOf(wanted: WantedState): Promise<Figures>
}

/** Computes the metrics for all readers of a process. */
export interface MetricsKeeper {
  /** @param isKept goes on when all who asked have gone, so that who asks next finds figures */
  series(isKept: boolean): MetricsSeries
  /** Ends what is being computed, at once, and answers nothing new from now on. */
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
  /** Figures of this turn or a later one are wanted. */
  readonly turn: number
  readonly resolve: (measured: Measured) => void
  readonly reject: (error: Error) => void
}

/** Half of the time that an operation has by default. */
const defaultPatienceMs = 5000

/**
 * One computation at a time in the whole process, of each series for the newest state that was asked for: a state that was
 * overtaken before its turn came is not measured.
 *
 * @param patienceMs how long one waits for figures where none are known
 */
export function createMetricsKeeper(patienceMs = defaultPatienceMs): MetricsKeeper {
  const stopping = new AbortController()
  const takeTurn = createTurns(1)

  return {
    series: (isKept) => createSeries({ isKept, patienceMs, stopping: stopping.signal, takeTurn }),
    stop: () => stopping.abort(new AppError('BACKEND_UNAVAILABLE', 'The server is stopping; ask again.')),
  }
}

interface SeriesOptions {
  readonly isKept: boolean
  readonly patienceMs: number
  readonly stopping: AbortSignal
  /** Does work in the order in which it comes, one at a time. */
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
    // Who wanted it has gone, or it is being stopped.
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

  /** The turn by which a state will have been measured. */
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
  return new AppError('TIMEOUT', 'The metrics of this graph are still being computed; ask again in a minute.')
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
