import type { DocumentNode, GraphQLSchema } from 'graphql'
import { createYoga } from 'graphql-yoga'
import type { Log } from '../log.ts'
import { createDocumentCache } from './document-cache.ts'
import type { Endpoint, GraphqlFacts } from './exchange.ts'
import { createGraphiqlOptions, loadGraphiqlPage } from './graphiql.ts'
import { actorOf, isActor, type Actors } from './session-cookie.ts'
import { useAcceptableType } from './use-acceptable-type.ts'
import { useCleanText } from './use-clean-text.ts'
import { useDocumentLimits } from './use-document-limits.ts'
import { useErrorSeam } from './use-error-seam.ts'
import { useJsonRequests } from './use-json-requests.ts'

export interface GraphqlOptions {
  readonly schema: GraphQLSchema
  /** Made anew for each request. */
  readonly createContext: (facts: GraphqlFacts) => object
  readonly sessions: Actors
  /** The page with example queries for a browser. */
  readonly hasGraphiql: boolean
  readonly log: Log
}

/** A request body in bytes. */
export const maxBodyBytes = 1_000_000
const cachedCharacters = 2_000_000

/** GraphQL over HTTP at `/graphql`: one Yoga plugin a behaviour, in the order in which they act. */
export async function createGraphqlEndpoint(options: GraphqlOptions): Promise<Endpoint> {
  const renderGraphiQL = options.hasGraphiql ? await loadGraphiqlPage() : undefined
  const yoga = createYoga<GraphqlFacts>({
    schema: options.schema,
    context: ({ requestId, actor, isStillAllowed }) =>
      options.createContext({ requestId, actor, isStillAllowed }),
    graphqlEndpoint: '/graphql',
    graphiql: options.hasGraphiql && createGraphiqlOptions(),
    ...(renderGraphiQL && { renderGraphiQL }),
    landingPage: false,
    cors: false,
    batching: false,
    multipart: false,
    maskedErrors: false,
    maxRequestBodySize: maxBodyBytes,
    parserAndValidationCache: {
      documentCache: createDocumentCache<DocumentNode>(cachedCharacters),
      errorCache: createDocumentCache<unknown>(cachedCharacters / 10),
      validationCache: true,
    },
    logging: false,
    plugins: [
      useJsonRequests(),
      useCleanText(),
      useDocumentLimits(),
      useErrorSeam(options.log),
      useAcceptableType(),
    ],
  })
  return async ({ request, response, requestId }) => {
    const actor = await actorOf(request, options.sessions)
    const isStillAllowed = () => isActor(actor, request, options.sessions)
    await yoga(request, response, { requestId, actor, isStillAllowed })
  }
}
