import {
  Environment,
  Network,
  RecordSource,
  Store,
  fetchQuery,
  getPaginationMetadata,
  getPaginationVariables,
  getRefetchMetadata,
  getSingularSelector,
  getValueAtPath,
} from 'relay-runtime'
import type { ConcreteRequest, GraphQLResponse, ReaderFragment, Variables } from 'relay-runtime'

/** What Relay asked, by the names of the operations, and a store that keeps the answers. */
export interface RelayClient {
  readonly environment: Environment
  readonly operations: string[]
}

/** A Relay environment over HTTP, as in Relay's own guide. */
export function createRelayClient(url: string, fetch = globalThis.fetch): RelayClient {
  const operations: string[] = []
  const network = Network.create(async ({ name, text }, variables) => {
    operations.push(name)
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: text, variables }),
    })
    return (await response.json()) as GraphQLResponse
  })
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), operations }
}

/** Runs a compiled query. */
export async function askRelay(
  { environment }: RelayClient,
  request: ConcreteRequest,
  variables: Variables,
): Promise<any> /* eslint-disable-line @typescript-eslint/no-explicit-any -- data of any query */ {
  return fetchQuery(environment, request, variables).toPromise()
}

/**
 * What a paginated fragment holds in the store once no next page is left; pages are fetched by the query that the
 * compiler wrote, as `loadNext` of `usePaginationFragment` does.
 *
 * @param reference what the parent's data has in the place of the fragment
 */
export async function readAllPages(
  client: RelayClient,
  fragment: ReaderFragment,
  reference: unknown,
  count: number,
): Promise<string[]> {
  const selector = getSingularSelector(fragment, reference)
  const { paginationRequest, paginationMetadata, connectionPathInFragmentData } = getPaginationMetadata(
    fragment,
    'readAllPages',
  )
  const identifier = getRefetchMetadata(fragment, 'readAllPages').identifierInfo
  for (;;) {
    const { data } = client.environment.lookup(selector)
    const connection: any = getValueAtPath(data, connectionPathInFragmentData) // eslint-disable-line @typescript-eslint/no-explicit-any
    const { hasNextPage, endCursor } = connection.pageInfo
    if (!hasNextPage) return connection.edges.map((edge: { node: { slug: string } }) => edge.node.slug)
    const { variables: own } = selector
    const next = getPaginationVariables('forward', count, endCursor, own, {}, paginationMetadata)
    if (identifier) next[identifier.identifierQueryVariableName] = data[identifier.identifierField]
    await askRelay(client, paginationRequest, next)
  }
}
