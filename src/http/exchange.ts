import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Budget } from '../domain/budget.ts'
import type { Actor } from '../domain/access/role.ts'

/** What the server knows of a request before GraphQL begins; part of every resolver's context. */
export interface RequestFacts {
  readonly requestId: string
}

/** … and, for GraphQL, who sends it. */
export interface GraphqlFacts extends RequestFacts {
  readonly actor: Actor
  /** Whether the request's session or token would still get the same role; for what goes on after the request. */
  readonly isStillAllowed: () => Promise<boolean>
  /** Who it is to limits: a token, a person or an address. */
  readonly client: string
  /** What the client may still spend. */
  readonly budget: Budget
  /** What its answer shall tell beside its data; resolvers add to it. */
  readonly warnings: string[]
  /** Milliseconds that the client has waited already, where this is not the first way that the request takes. */
  readonly waitedMs: number
}

/** One request and its answer, as every endpoint gets it. */
export interface Exchange extends RequestFacts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The part of the address before `?`, as it was sent. */
  readonly path: string
}

/** Answers one exchange; what it throws becomes a JSON error. */
export type Endpoint = (exchange: Exchange) => void | Promise<void>
