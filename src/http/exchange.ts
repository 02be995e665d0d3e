import type { IncomingMessage, ServerResponse } from 'node:http'

/** One request and its answer, as every endpoint gets it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  /** The part of the address before `?`, as it was sent. */
  readonly path: string
}

/** Answers one exchange; what it throws becomes a JSON error. */
export type Endpoint = (exchange: Exchange) => void | Promise<void>
