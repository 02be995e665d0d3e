import { fork } from 'node:child_process'
import { on, once } from 'node:events'
import { join } from 'node:path'
import type { BenchRequest } from './clients/client.ts'

/** What the load generator is to do. */
export interface LoadOrder {
  readonly url: string
  readonly requests: readonly BenchRequest[]
  /** Whether connections go through the requests in turn, or draw them by Zipf's law, the first most often. */
  readonly by: 'turn' | 'zipf'
  /** Connections, each with one request in flight. */
  readonly concurrency: number
  /** Milliseconds of load before anything is counted. */
  readonly settleMs: number
  readonly windowMs: number
}

export interface LoadResult {
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Requests answered within the window. */
  readonly requests: number
  /** Requests answered at all, before the window too. */
  readonly total: number
}

/** An order as it is sent: the requests, which may be megabytes, once. */
export interface SentOrder extends Omit<LoadOrder, 'requests'> {
  readonly set: number
  /** Null: as in the last order of that set. */
  readonly requests: readonly BenchRequest[] | null
}

export type LoadMessage =
  | { readonly type: 'begin' | 'end' }
  | ({ readonly type: 'done'; readonly failure: string | null } & LoadResult)

/** The load generator, in its own process. */
export interface Load {
  /**
   * Put load on a contender.
   *
   * @param onWindow called as the window begins and as it ends
   * @throws Error where a request failed; AbortError where `signal` is aborted
   */
  run(order: LoadOrder, onWindow?: (edge: 'begin' | 'end') => void): Promise<LoadResult>
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Sets of requests that the load generator remembers: one for each contender. */
const mostSets = 10

/** Start the load generator, which waits for orders. */
export function startLoad(signal: AbortSignal): Load {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { execArgv: [] })
  const ended = once(child, 'exit')
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    if (child.connected) child.disconnect()
    await ended
  }
  let sets: (readonly BenchRequest[])[] = []
  const sendable = (order: LoadOrder): SentOrder => {
    const known = sets.indexOf(order.requests)
    if (known !== -1) return { ...order, set: known, requests: null }
    if (sets.length >= mostSets) sets = []
    return { ...order, set: sets.push(order.requests) - 1 }
  }
  return {
    async run(order, onWindow) {
      signal.throwIfAborted()
      const messages = on(child, 'message', { signal, close: ['exit'] })
      child.send(sendable(order))
      for await (const [message] of messages as AsyncIterable<[LoadMessage]>) {
        if (message.type !== 'done') {
          onWindow?.(message.type)
          continue
        }
        const { failure, ...result } = message
        if (failure !== null) throw new Error(`A request to ${order.url} failed under load: ${failure}.`)
        return result
      }
      throw new Error('The load generator has ended.')
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
