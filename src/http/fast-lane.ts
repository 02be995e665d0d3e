import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Kind, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import type { Budgets } from '../domain/budget.ts'
import { publicActor } from '../domain/role.ts'
import type { GraphState } from '../graph/snapshot.ts'
import type { Log } from '../log.ts'
import { createAdmittedDocuments, findDefinition, type AdmittedOperation } from './admitted-documents.ts'
import type { Armour } from './armour.ts'
import { createDeadlines } from './deadlines.ts'
import { planDocument } from './document-plan.ts'
import { entityTagOf, getHeaders } from './entity-tag.ts'
import type { GraphqlFacts } from './exchange.ts'
import { bodyOf, createFastAnswers } from './fast-answer.ts'
import { isFastGet, isFastPost, readFastAddress, readFastBody, type FastRequest } from './fast-request.ts'
import type { GraphInMemory } from './graph-headers.ts'
import { createKeptAnswers, type FoundAnswer } from './kept-answers.ts'
import { matchesEtag } from './matches-etag.ts'
import { createKnownRequests } from './known-requests.ts'
import { createLaneAccount } from './lane-account.ts'
import type { Metrics } from './metrics.ts'
import type { Prepare } from './prepare-execution.ts'
import { requestIdOf } from './request-id.ts'
import { createVariableReader } from './variable-reader.ts'

type Variables = Readonly<Record<string, unknown>>

/** A query compiled to the bytes of its answer. */
export interface CompiledQuery {
  /** The state of the graph that the next answer is made of; null while the database answers. */
  state(): GraphState | null
  /**
   * @param variables coerced
   * @returns the body, in memory that the next one is written to
   * @throws where the ordinary way must answer
   */
  write(variables: Variables): Buffer
}

export interface FastLaneOptions {
  readonly schema: GraphQLSchema
  /** Null for a query that is not compiled. */
  readonly compile: (document: DocumentNode, operationName: string | null) => CompiledQuery | null
  readonly createContext: (facts: GraphqlFacts) => object
  /** Prepares a query to be executed beside the plugins, see `createPreparation`. */
  readonly prepare: Prepare
  readonly graph: GraphInMemory
  /** Memory for answers that are kept, see {@link createKeptAnswers}; 0: none are. */
  readonly answerCacheBytes: number
  readonly armour: Armour
  readonly budgets: Budgets
  readonly metrics: Metrics
  /** Clients come by https. */
  readonly isSecure: boolean
  readonly log: Log
}

/** Takes the request the ordinary way. */
type Ordinary = (request: IncomingMessage, response: ServerResponse) => void
type Admitted = AdmittedOperation<CompiledQuery>

/** A way for plain queries, see {@link createFastLane}. */
export interface FastLane {
  /** Answers the request, or has it answered the ordinary way; false if it must be taken there at once. */
  answer(request: IncomingMessage, response: ServerResponse, ordinary: Ordinary): boolean
  /** Answers a request that is known by its bytes, see {@link createKnownRequests}; false if its bytes must be read. */
  answerKnown(bytes: string, socket: Socket): boolean
  /** Lets a request be known by its bytes from now on, if its answer can be given again. */
  learn(bytes: string, request: IncomingMessage): void
  /** Lets an operation that was answered the ordinary way take this one from now on. */
  admit(params: AdmittedParams, document: DocumentNode): void
  /** Learns which media type the ordinary way gives to an `Accept` header. */
  learnType(accept: string | null, type: string): void
}

export interface AdmittedParams {
  readonly query?: string | null
  readonly documentId?: unknown
  readonly operationName?: string | null
}

const mostTypes = 50
/** Tells addresses from bodies: as Latin-1 no body has this character. */
const addressMark = '\u0100'

/**
 * A lean way for queries of the public whose documents have passed the whole of the ordinary way before: it reads the request,
 * checks the limits that depend on variables, and writes. Out of memory the answer is compiled; out of the database it is
 * executed as usual, without the cost of the plugins. Whatever is not plain, and whatever goes wrong, takes the ordinary
 * way, whose answers these are byte for byte.
 */
export function createFastLane(options: FastLaneOptions): FastLane {
  const { schema, armour, graph, log } = options
  const admitted = createAdmittedDocuments<CompiledQuery>()
  const types = new Map<string, string>()
  const deadlines = createDeadlines(armour.operationTimeoutMs)
  const answers = createFastAnswers(options)
  const account = createLaneAccount(options)
  const kept = createKeptAnswers(graph, options.answerCacheBytes)
  const requests = createKnownRequests({ ...options, answers, kept, account })
  const hasCors = armour.corsOrigins.length > 0
  const plainHeaders = hasCors ? ['vary', 'Origin'] : []

  function find({ query, documentId, operationName }: FastRequest): Admitted | undefined {
    if (query === null) return admitted.find({ documentId: documentId! }, operationName)
    return armour.isTrustedOnly ? undefined : admitted.find({ query }, operationName)
  }

  /** The price of an operation that may be answered at all; null where the ordinary way must refuse it. */
  function priceOf({ plan }: Admitted, variables: Variables) {
    if (plan === null) return { cost: 0, nodes: 0 }
    const price = plan.price(variables)
    // A price that is no number is too high.
    return price.cost <= armour.maxCost ? price : null
  }

  /** Makes an answer out of memory and keeps it under a key; null where that is not possible. */
  function make(key: string, { variables }: FastRequest, operation: Admitted): FoundAnswer | null {
    const { compiled, name } = operation
    const state = compiled?.state() ?? null
    if (compiled === null || state === null) return null
    try {
      const coerced = operation.readVariables(variables)
      const price = priceOf(operation, variables)
      if (coerced === null || price === null) return null
      const answer = { state, price, name, body: bodyOf(compiled.write(coerced)) }
      kept.keep(key, answer)
      return { key, answer, from: 'memory' }
    } catch {
      return null
    }
  }

  function sendPost(
    found: FoundAnswer,
    request: IncomingMessage,
    response: ServerResponse,
    started: number,
  ): boolean {
    const type = types.get(request.headers.accept ?? '')
    const { answer, from } = found
    if (type === undefined || !account.pays(request, answer.price)) return false
    answers.send(request, response, answer.body, type, plainHeaders)
    if (from === 'kept') requests.note(request, found, type, plainHeaders)
    account.count(answer.name, from, 'POST', 200, started)
    return true
  }

  function answerGet(
    asked: FastRequest,
    operation: Admitted,
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const started = performance.now()
    const type = types.get(request.headers.accept ?? '')
    const etags = request.headers['if-none-match']
    // Whoever has any answer at all is told whether this one can be given, which takes the whole of the ordinary way.
    if (type === undefined || etags?.trim() === '*') return false
    const key = addressMark + request.url!
    const found = kept.find(key) ?? make(key, asked, operation)
    if (found === null || !account.pays(request, found.answer.price)) return false
    const { answer, from } = found
    const { etag, headers } = tagOf(asked, type, answer.state)
    const isUnchanged = matchesEtag(etags, etag)
    if (isUnchanged) answers.sendUnchanged(request, response, headers)
    else answers.send(request, response, answer.body, type, headers)
    if (from === 'kept' && !isUnchanged) requests.note(request, found, type, headers)
    account.count(answer.name, from, 'GET', isUnchanged ? 304 : 200, started)
    return true
  }

  function tagOf(asked: FastRequest, type: string, state: GraphState) {
    const query = asked.query ?? armour.trustedDocuments?.get(asked.documentId!) ?? ''
    const etag = entityTagOf({ ...asked, query, type }, state)
    return { etag, headers: ['etag', etag, ...Object.entries(getHeaders).flat()] }
  }

  async function executeAnswer(
    asked: FastRequest,
    operation: Admitted,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> {
    const type = types.get(request.headers.accept ?? '')
    const { name } = operation
    const price = priceOf(operation, asked.variables)
    if (type === undefined || price === null || request.method !== 'POST') return false
    const started = performance.now()
    const requestId = requestIdOf(request.headers['x-request-id'])
    const isStillAllowed = () => Promise.resolve(true)
    const facts = {
      requestId,
      actor: publicActor,
      isStillAllowed,
      warnings: [],
      waitedMs: 0,
      ...account.open(request),
    }
    // Whoever has spent it all is refused the ordinary way, before anything is read.
    if (armour.rateLimit > 0 && facts.budget.state().remaining < price.cost) return false
    const pending = operation.execute(options.createContext(facts), asked.variables)
    const result =
      pending instanceof Promise && !armour.isOff ? await deadlines.within(pending) : await pending
    if (result === null) return false
    if (result.errors !== undefined || response.destroyed) return response.destroyed
    // Last, since whoever is sent the ordinary way pays there.
    facts.budget.charge(price)
    answers.send(request, response, bodyOf(Buffer.from(JSON.stringify(result))), type, plainHeaders)
    account.count(name, 'database', 'POST', 200, started)
    return true
  }

  function answerPost(
    bytes: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
    ordinary: Ordinary,
  ): void {
    const started = performance.now()
    // Whoever reads the request the ordinary way finds its body here, and how much of its time is over.
    const takeOrdinary = () =>
      ordinary(Object.assign(request, { body: bytes, waitedMs: performance.now() - started }), response)
    const key = bytes.toString('latin1')
    const found = kept.find(key)
    if (found !== undefined) return void (sendPost(found, request, response, started) || takeOrdinary())
    const asked = readFastBody(bytes)
    const operation = asked === null ? undefined : find(asked)
    if (asked === null || operation === undefined) return takeOrdinary()
    const made = make(key, asked, operation)
    if (made !== null) return void (sendPost(made, request, response, started) || takeOrdinary())
    executeAnswer(asked, operation, request, response).then(
      (isDone) => isDone || takeOrdinary(),
      () => takeOrdinary(),
    )
  }

  return {
    answer(request, response, ordinary) {
      const { origin, accept } = request.headers
      if ((hasCors && origin !== undefined) || log.isLevelEnabled('debug')) return false
      // It may be a page that is wanted.
      if (accept?.includes('text/html') === true) return false
      if (isFastPost(request)) {
        readBody(request, (bytes) => answerPost(bytes, request, response, ordinary))
        return true
      }
      if (!isFastGet(request)) return false
      const asked = readFastAddress(request.url!)
      const operation = asked === null ? undefined : find(asked)
      return asked !== null && operation !== undefined && answerGet(asked, operation, request, response)
    },
    answerKnown: (bytes, socket) => requests.answer(bytes, socket),
    learn: (bytes, request) => requests.learn(bytes, request),
    admit(params, document) {
      const operationName = params.operationName ?? null
      const definition = findDefinition(document, operationName)
      const key = documentNameOf(params, armour.trustedDocuments !== null)
      if (definition === undefined || key === null || asksForBudget(definition)) return
      if (admitted.find(key, operationName) !== undefined) return
      const name = definition.name?.value
      const plan = armour.isOff ? null : (planDocument(schema, document).operations.get(name) ?? null)
      const compiled = options.compile(document, operationName)
      const readVariables = createVariableReader(schema, definition.variableDefinitions ?? [])
      const execute = options.prepare(document, operationName, plan?.fields ?? 0)
      admitted.admit(key, operationName, { name: name ?? null, execute, readVariables, plan, compiled })
    },
    learnType(accept, type) {
      // Those that are in use are learned again at once.
      if (types.size >= mostTypes) types.clear()
      types.set(accept ?? '', type)
    },
  }
}

/** An id names a document only where there is a list of them; elsewhere it is a client's own word. */
function documentNameOf({ query, documentId }: AdmittedParams, hasIds: boolean) {
  if (hasIds && typeof documentId === 'string') return { documentId }
  return typeof query === 'string' ? { query } : null
}

/** `rateLimit` tells what the way of a request has charged. */
function asksForBudget({ selectionSet }: OperationDefinitionNode): boolean {
  return selectionSet.selections.some((node) => node.kind !== Kind.FIELD || node.name.value === 'rateLimit')
}

/** Reads a short body; where it does not come whole, nothing is called, since nobody is there to be answered. */
function readBody(request: IncomingMessage, done: (bytes: Buffer) => void): void {
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  request.on('data', (chunk: Buffer) => {
    if (first === undefined) first = chunk
    else (rest ??= [first]).push(chunk)
  })
  request.on('end', () => done(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest)))
}
