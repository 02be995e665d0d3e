import type { IncomingMessage } from 'node:http'
import type { Price } from '../../domain/budget.ts'
import { publicActor } from '../../domain/access/role.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import type { AdmittedOperation } from './admitted-documents.ts'
import type { Armour } from '../limits/armour.ts'
import { entityTagOf } from '../graphql/entity-tag.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { FastAccount } from './account.ts'
import type { FastRequest } from './request.ts'
import type { FastSource } from '../metrics/metrics.ts'
import { requestIdOf } from '../request-id.ts'
import type { CachedResponse, ResponseCache } from './response-cache.ts'
import { bodyOf } from './send.ts'
import { withinTime } from './within-time.ts'

export interface FastQuestion {
  readonly request: IncomingMessage
  readonly key: string
  readonly type: string
  /** Parses the question on first use; null if only the full pipeline can parse it. */
  readonly read: () => ReadQuestion | null
}
export interface ReadQuestion {
  readonly asked: FastRequest
  readonly operation: AdmittedOperation
}

export interface FastAnswer {
  readonly from: FastSource
  readonly response: Omit<CachedResponse, 'state'>
}

/** One way to answer; null if it cannot. The caller charges, sends and counts. */
export type Answerer = (question: FastQuestion) => FastAnswer | null | Promise<FastAnswer | null>

export interface AnswererOptions {
  readonly cache: ResponseCache
  readonly account: FastAccount
  readonly armour: Armour
  readonly createContext: (facts: GraphqlFacts) => object
}

/** The fast path's ways to answer, in the order they are tried. */
export function createAnswerers(options: AnswererOptions): readonly Answerer[] {
  return [fromCache(options), fromMemory(options), byExecution(options)]
}

function fromCache({ cache }: AnswererOptions): Answerer {
  return ({ key }) => {
    const response = cache.get(key)
    return response === undefined ? null : { from: 'kept', response }
  }
}

/** Writes the body straight from the graph in memory and caches it. */
function fromMemory({ cache, armour }: AnswererOptions): Answerer {
  return ({ key, type, request, read }) => {
    const question = read()
    const compiled = question?.operation.compiled ?? null
    const state = compiled?.state() ?? null
    if (question === null || compiled === null || state === null) return null
    const { asked, operation } = question
    const variables = operation.readVariables(asked.variables)
    const price = priceOf(operation, asked, armour)
    if (variables === null || price === null) return null
    try {
      const body = bodyOf(compiled.write(variables))
      const etag = request.method === 'GET' ? etagOf(asked, type, state, armour) : null
      const response = { state, name: operation.name, price, body, etag }
      cache.set(key, response)
      return { from: 'memory', response }
    } catch {
      return null
    }
  }
}

/** Executes the operation without the plugins. Not for GET, whose entity tag compares the state before and after. */
function byExecution({ account, armour, createContext }: AnswererOptions): Answerer {
  return async ({ request, read }) => {
    const question = read()
    if (question === null || request.method !== 'POST') return null
    const { asked, operation } = question
    const price = priceOf(operation, asked, armour)
    // Checked before any database read; charged only once there is an answer.
    if (price === null || !account.canPay(request, price)) return null
    const context = createContext({
      requestId: requestIdOf(request.headers['x-request-id']),
      actor: publicActor,
      isStillAllowed: () => Promise.resolve(true),
      warnings: [],
      waitedMs: 0,
      ...account.open(request),
    })
    const pending = operation.execute(context, asked.variables)
    const result =
      pending instanceof Promise && !armour.isOff
        ? await withinTime(pending, armour.operationTimeoutMs)
        : await pending
    if (result === null || result.errors !== undefined) return null
    const body = bodyOf(Buffer.from(JSON.stringify(result)))
    return { from: 'database', response: { name: operation.name, price, body, etag: null } }
  }
}

/** The price of an operation; null if it is too high, which the full pipeline reports. */
function priceOf(
  operation: AdmittedOperation,
  { variables }: FastRequest,
  { maxCost }: Armour,
): Price | null {
  const price = operation.price(variables)
  // NaN must count as too high.
  return price.cost <= maxCost ? price : null
}

function etagOf(asked: FastRequest, type: string, state: GraphState, { trustedDocuments }: Armour): string {
  const query = asked.query ?? trustedDocuments?.get(asked.documentId!) ?? ''
  return entityTagOf({ ...asked, query, type }, state)
}
