/** The part of autocannon that the bench uses; the package brings no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events'

  interface Request {
    readonly method: 'POST'
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  interface Client {
    setRequests(requests: Request[]): void
  }
  interface Options {
    readonly url: string
    readonly connections: number
    /** Seconds. */
    readonly duration: number
    /** Seconds after which a request counts as failed. */
    readonly timeout: number
    /** Milliseconds between its looks at the clock: how soon it notices `stop`. */
    readonly sampleInt: number
    readonly setupClient: (client: Client) => void
  }
  /** Emits `response` (client, status, bytes, milliseconds) and `reqError` (error). */
  interface Instance extends EventEmitter, PromiseLike<unknown> {
    stop(): void
  }
  export default function autocannon(options: Options): Instance
}
