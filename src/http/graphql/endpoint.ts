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
  readonly createContext: (facts: GraphqlFacts) => object
  readonly sessions: Actors
  readonly hasGraphiql: boolean
  readonly armour: Armour
  readonly metrics: Metrics
  readonly tracing: Tracing | null
  readonly compile: FastPathOptions['compile']
  readonly graph: GraphInMemory
  readonly reader: () => ExampleReader
  readonly answerCacheBytes: number
  readonly readGraphState: () => Promise<GraphState>
  readonly isSecure: boolean
  readonly log: Log
}

/** GraphQL over HTTP: the full pipeline and the fast path in front of it. */
export interface GraphqlDoors {
  readonly answer: Endpoint
  readonly fastPath: FastPath
}

export const maxBodyBytes = 1_000_000
const cachedCharacters = 2_000_000
/** Delay for a client that keeps sending requests after its budget is spent. */
const pauseAfterRefusalMs = 200

/** GraphQL over HTTP at `/graphql`: one Yoga plugin per behaviour, in the order they act. */
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
      // Only the full pipeline produces traces.
      ...(options.tracing ? [] : [useFastPath(fastPath)]),
    ],
  })
  const answer: Endpoint = async ({ request, response, requestId }) => {
    const actor = await actorOf(request, options.sessions)
    const isStillAllowed = () => isActor(actor, request, options.sessions)
    const client = clientOf(actor, clientAddressOf(request, armour.trustedProxies))
    const budget = budgets.open(client)
    // Otherwise a client that retries at once keeps the server busy with refusals.
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
