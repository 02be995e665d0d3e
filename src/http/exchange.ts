import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Budget } from '../domain/budget.ts'
import type { Actor } from '../domain/access/role.ts'

/** What the server knows before GraphQL starts; part of every resolver's context. */
export interface RequestFacts {
  readonly requestId: string
}

export interface GraphqlFacts extends RequestFacts {
  readonly actor: Actor
  /** Whether the session or token still has the same role; for work that outlives the request. */
  readonly isStillAllowed: () => Promise<boolean>
  /** The client as limits see it: a token, a person or an address. */
  readonly client: string
  readonly budget: Budget
  readonly warnings: string[]
  /** Milliseconds already spent, if the fast path was tried first. */
  readonly waitedMs: number
}

export interface Exchange extends RequestFacts {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly path: string
}

export type Endpoint = (exchange: Exchange) => void | Promise<void>
