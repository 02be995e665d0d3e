import type { IncomingMessage } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { DocumentNode, GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import { clientOf, createBudgets } from '../../domain/budget.ts'
import { hasRole, publicActor } from '../../domain/access/role.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import type { Log } from '../../log.ts'
import type { Tracing } from '../../tracing.ts'
import type { Armour } from '../limits/armour.ts'
import { clientAddressOf } from '../client-address.ts'
import { createDocumentCache } from '../limits/document-cache.ts'
import type { Endpoint, GraphqlFacts } from '../exchange.ts'
import { createFastPath, type FastPath, type FastPathOptions } from '../fast-path/fast-path.ts'
import { graphHeaders, type GraphInMemory } from './graph-headers.ts'
import { useEntityTag } from './use-entity-tag.ts'
import { useFastPath } from '../fast-path/use-fast-path.ts'
import type { ExampleReader } from './example-queries.ts'
import { createGraphiqlOptions, createGraphiqlRenderer } from './graphiql.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { graphiqlPolicy } from '../security-headers.ts'
import { actorOf, isActor, type Actors } from '../endpoints/session-cookie.ts'
import { useAcceptableType } from './use-acceptable-type.ts'
import { useCleanText } from './use-clean-text.ts'
import { useCostReport } from './use-cost-report.ts'
import { useDocumentLimits } from '../limits/use-document-limits.ts'
import { useErrorSeam } from './use-error-seam.ts'
import { useEventStreams } from './use-event-streams.ts'
import { useJsonRequests } from './use-json-requests.ts'
import { useMetrics } from '../metrics/use-metrics.ts'
import { useOperationLimits } from '../limits/use-operation-limits.ts'
import { useOperationTimeout } from '../limits/use-operation-timeout.ts'
import { useSubscriptionLimits } from '../limits/use-subscription-limits.ts'
import { useTracing } from './use-tracing.ts'
import { documentIdParameter, useTrustedDocuments } from '../limits/use-trusted-documents.ts'
import { useWarnings } from './use-warnings.ts'

export interface GraphqlOptions {
  readonly schema: GraphQLSchema
  /** Made anew for each request. */
  readonly createContext: (facts: GraphqlFacts) => object
  readonly sessions: Actors
  /** The page with example queries for a browser. */
  readonly hasGraphiql: boolean
  readonly armour: Armour
  readonly metrics: Metrics
  /** Null: no traces are sent. */
  readonly tracing: Tracing | null
  /** Compiles a query to the bytes of its answer; null for one that is not compiled. */
  readonly compile: FastPathOptions['compile']
  readonly graph: GraphInMemory
  /** Whoever answers the public at the moment. */
  readonly reader: () => ExampleReader
  /** Size of the response cache; 0: there is none. */
  readonly answerCacheBytes: number
  /** The state that the graph is in, in the database. */
  readonly readGraphState: () => Promise<GraphState>
  /** Clients come by https. */
  readonly isSecure: boolean
  readonly log: Log
}

/** The two doors to GraphQL over HTTP: the full pipeline, and the fast path in front of it. */
export interface GraphqlDoors {
  readonly answer: Endpoint
  readonly fastPath: FastPath
}

/** A request body in bytes. */
export const maxBodyBytes = 1_000_000
const cachedCharacters = 2_000_000
/** A client that goes on asking after its points are spent waits this long for each answer. */
const pauseAfterRefusalMs = 200

/** GraphQL over HTTP at `/graphql`: one Yoga plugin a behaviour, in the order in which they act. */
export function createGraphqlEndpoint(options: GraphqlOptions): GraphqlDoors {
  const { armour, log } = options
  const budgets = createBudgets(armour.rateLimit)
  const fastPath = createFastPath({ ...options, budgets })
  const yoga = createYoga<GraphqlFacts>({
    schema: options.schema,
    context: ({ requestId, actor, isStillAllowed, client, budget, warnings, waitedMs }) =>
      options.createContext({ requestId, actor, isStillAllowed, client, budget, warnings, waitedMs }),
    graphqlEndpoint: '/graphql',
    graphiql: (_request, { actor }) =>
      options.hasGraphiql || hasRole(actor, 'OPERATOR') ? createGraphiqlOptions(options.reader()) : false,
    renderGraphiQL: createGraphiqlRenderer(),
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    maskedErrors: false,
    extraParamNames: [documentIdParameter],
    maxRequestBodySize: maxBodyBytes,
    parserAndValidationCache: {
      documentCache: createDocumentCache<DocumentNode>(cachedCharacters),
      errorCache: createDocumentCache<object>(cachedCharacters / 10),
      validationCache: true,
    },
    logging: false,
    plugins: [
      useJsonRequests(),
      ...(armour.trustedDocuments
        ? [useTrustedDocuments(armour.trustedDocuments, armour.isTrustedOnly)]
        : []),
      useCleanText(),
      useDocumentLimits(),
      ...(armour.isOff
        ? []
        : [useOperationLimits(armour), useOperationTimeout(armour.operationTimeoutMs, log)]),
      ...(options.tracing ? [useTracing(options.tracing)] : []),
      useSubscriptionLimits(),
      ...(armour.isOff ? [] : [useMetrics(options.metrics)]),
      useErrorSeam(log, { hidesSuggestions: !armour.isIntrospectable }),
      useCostReport(),
      useWarnings(),
      useEventStreams(options.metrics, log),
      useAcceptableType(),
      useEntityTag({
        isOfGraph: (document, operationName) => options.compile(document, operationName) !== null,
        readState: options.readGraphState,
      }),
      // Only the full pipeline makes traces.
      ...(options.tracing ? [] : [useFastPath(fastPath)]),
    ],
  })
  const answer: Endpoint = async ({ request, response, requestId }) => {
    const actor = await actorOf(request, options.sessions)
    const isStillAllowed = () => isActor(actor, request, options.sessions)
    const client = clientOf(actor, clientAddressOf(request, armour.trustedProxies))
    const budget = budgets.open(client)
    // A client that asks again at once would otherwise keep the server busy with refusals.
    if (budget.wasRefused()) await setTimeout(pauseAfterRefusalMs)
    if (actor === publicActor)
      for (const [name, value] of Object.entries(graphHeaders(options.graph))) response.setHeader(name, value)
    if (request.headers.accept?.includes('text/html') === true)
      response.setHeader('content-security-policy', graphiqlPolicy)
    const { waitedMs = 0 } = request as IncomingMessage & { readonly waitedMs?: number }
    await yoga(request, response, {
      requestId,
      actor,
      isStillAllowed,
      client,
      budget,
      warnings: [],
      waitedMs,
    })
  }
  return { answer, fastPath }
}
