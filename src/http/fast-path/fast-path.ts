import type { IncomingMessage, ServerResponse } from 'node:http'
import { execute, Kind, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { Budgets } from '../../domain/budget.ts'
import type { Log } from '../../log.ts'
import { createAdmittedDocuments, type AdmittedOperation, type CompiledQuery } from './admitted-documents.ts'
import { createAnswerers, type FastAnswer, type FastQuestion } from './answerers.ts'
import type { Armour } from '../limits/armour.ts'
import { priceDocument } from '../limits/document-price.ts'
import { getHeaders } from '../graphql/entity-tag.ts'
import type { GraphqlFacts } from '../exchange.ts'
import { createFastAccount } from './account.ts'
import { isFastGet, isFastPost, readFastAddress, readFastBody, type FastRequest } from './request.ts'
import type { GraphInMemory } from '../graphql/graph-headers.ts'
import { matchesEtag } from '../matches-etag.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { findDefinition } from '../graphql/operation-definition.ts'
import { createResponseCache } from './response-cache.ts'
import { createSendFast } from './send.ts'
import { createVariableReader } from './variable-reader.ts'

export interface FastPathOptions {
  readonly schema: GraphQLSchema
  readonly compile: (document: DocumentNode, operationName: string | null) => CompiledQuery | null
  readonly createContext: (facts: GraphqlFacts) => object
  readonly graph: GraphInMemory
  readonly answerCacheBytes: number
  readonly armour: Armour
  readonly budgets: Budgets
  readonly metrics: Metrics
  readonly isSecure: boolean
  readonly log: Log
}

type FallBack = (request: IncomingMessage, response: ServerResponse) => void

export interface AdmittedParams {
  readonly query?: string | null
  readonly documentId?: unknown
  readonly operationName?: string | null
}

export interface FastPath {
  answer(request: IncomingMessage, response: ServerResponse, fallBack: FallBack): void
  /** Admits an operation that the full pipeline has just answered. */
  admit(params: AdmittedParams, document: DocumentNode): void
  /** Learns which media type the full pipeline picks for an `Accept` header. */
  learnType(accept: string | null, type: string): void
}

const mostTypes = 50
const free = { cost: 0, nodes: 0 }
/** Separates addresses from bodies: not a Latin-1 character, so it is in no body. */
const addressMark = '\u0100'
const taggedHeaders = Object.entries(getHeaders).flat()

/**
 * Answers public queries whose documents have passed the full pipeline: reads the request, tries the answerers (`answerers.ts`),
 * charges, sends and counts. Anything unusual and any failure falls back to the full pipeline, whose responses are identical byte
 * for byte.
 */
export function createFastPath(options: FastPathOptions): FastPath {
  const { schema, armour, metrics, log } = options
  const admitted = createAdmittedDocuments()
  const types = new Map<string, string>()
  const account = createFastAccount(armour, options.budgets)
  const cache = createResponseCache(options.graph, options.answerCacheBytes)
  const answerers = createAnswerers({ ...options, cache, account })
  const send = createSendFast(options)
  const hasCors = armour.corsOrigins.length > 0
  const plainHeaders = hasCors ? ['vary', 'Origin'] : []

  function find({ query, documentId, operationName }: FastRequest): AdmittedOperation | undefined {
    if (query === null) return admitted.find({ documentId: documentId! }, operationName)
    return armour.isTrustedOnly ? undefined : admitted.find({ query }, operationName)
  }

  function questionOf(
    request: IncomingMessage,
    type: string,
    key: string,
    parse: () => FastRequest | null,
  ): FastQuestion {
    let found: ReturnType<FastQuestion['read']> | undefined
    const read = () => {
      if (found !== undefined) return found
      const asked = parse()
      const operation = asked === null ? undefined : find(asked)
      return (found = asked === null || operation === undefined ? null : { asked, operation })
    }
    return { request, type, key, read }
  }

  async function answerBy(question: FastQuestion, response: ServerResponse): Promise<boolean> {
    const started = performance.now()
    for (const answerer of answerers) {
      const found = answerer(question)
      // Answers at hand are sent at once, without a microtask.
      const answer = found instanceof Promise ? await found : found
      if (answer !== null) return finish(question, answer, response, started)
    }
    return false
  }

  function finish(
    { request, type }: FastQuestion,
    { from, response: { name, price, body, etag } }: FastAnswer,
    response: ServerResponse,
    started: number,
  ): boolean {
    if (response.destroyed) return true
    if (!account.pay(request, price)) return false
    const headers = etag === null ? plainHeaders : ['etag', etag, ...taggedHeaders]
    const isUnchanged = etag !== null && matchesEtag(request.headers['if-none-match'], etag)
    if (isUnchanged) send.notModified(request, response, headers)
    else send.ok(request, response, body, type, headers)
    metrics.request('/graphql', request.method!, isUnchanged ? 304 : 200)
    metrics.fastAnswer(from)
    if (!armour.isOff) metrics.operation(name, 'query', 'ok', (performance.now() - started) / 1000)
    return true
  }

  /** Whether the response depends on nothing but method, address and body. */
  function isPlain({ origin, accept, 'if-none-match': etags }: IncomingMessage['headers']): boolean {
    if ((hasCors && origin !== undefined) || log.isLevelEnabled('debug')) return false
    // Browsers may want the HTML page, and `If-None-Match: *` needs the full pipeline.
    return accept?.includes('text/html') !== true && etags?.trim() !== '*'
  }

  return {
    answer(request, response, fallBack) {
      const type = types.get(request.headers.accept ?? '')
      if (type === undefined || !isPlain(request.headers)) return fallBack(request, response)
      const answer = (question: FastQuestion, takeBack: () => void) =>
        void answerBy(question, response).then(
          (isDone) => isDone || takeBack(),
          () => takeBack(),
        )
      if (isFastGet(request)) {
        const { url = '' } = request
        const question = questionOf(request, type, `${addressMark}${type} ${url}`, () => readFastAddress(url))
        return answer(question, () => fallBack(request, response))
      }
      if (!isFastPost(request)) return fallBack(request, response)
      readBody(request, (body) => {
        const started = performance.now()
        const question = questionOf(request, type, body.toString('latin1'), () => readFastBody(body))
        // Hand the body and the elapsed time to the full pipeline.
        answer(question, () =>
          fallBack(Object.assign(request, { body, waitedMs: performance.now() - started }), response),
        )
      })
    },
    admit(params, document) {
      const operationName = params.operationName ?? null
      const definition = findDefinition(document, operationName)
      const key = documentNameOf(params, armour.trustedDocuments !== null)
      if (definition === undefined || key === null || asksForBudget(definition)) return
      if (admitted.find(key, operationName) !== undefined) return
      const name = definition.name?.value
      admitted.admit(key, operationName, {
        name: name ?? null,
        price: armour.isOff ? () => free : priceDocument(schema, document).get(name)!,
        readVariables: createVariableReader(schema, definition.variableDefinitions ?? []),
        compiled: options.compile(document, operationName),
        execute: (contextValue, variableValues) =>
          execute({ schema, document, operationName, contextValue, variableValues }),
      })
    },
    learnType(accept, type) {
      // Types in use are relearned at once.
      if (types.size >= mostTypes) types.clear()
      types.set(accept ?? '', type)
    },
  }
}

/** An id names a document only if trusted documents are configured; otherwise it is the client's own. */
function documentNameOf({ query, documentId }: AdmittedParams, hasIds: boolean) {
  if (hasIds && typeof documentId === 'string') return { documentId }
  return typeof query === 'string' ? { query } : null
}

/** `rateLimit` reports what the full pipeline charged. */
function asksForBudget({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.some((node) => node.kind !== Kind.FIELD || node.name.value === 'rateLimit')
}

/** Reads a short body. If the client aborts, there is nobody to answer. */
function readBody(request: IncomingMessage, done: (bytes: Buffer) => void): void {
  const pieces: Buffer[] = []
  request.on('data', (piece: Buffer) => pieces.push(piece))
  request.on('end', () => done(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)))
}
