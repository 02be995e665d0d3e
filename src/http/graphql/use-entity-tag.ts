import type { DocumentNode } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { publicActor } from '../../domain/access/role.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import { entityTagOf, getHeaders } from './entity-tag.ts'
import type { GraphqlFacts } from '../exchange.ts'
import { matchesEtag } from '../matches-etag.ts'
import type { OperationArgs } from './operation-args.ts'

export interface EntityTagOptions {
  readonly isOfGraph: (document: DocumentNode, operationName: string | null) => boolean
  readonly readState: () => Promise<GraphState>
}

type Args = OperationArgs & {
  readonly contextValue: {
    readonly request: Request
    readonly params: { readonly query?: string | null }
    readonly graphState: GraphState | null
  }
}

/** Adds a strong tag to GET responses from the published graph, if it did not change meanwhile; answers 304. */
export function useEntityTag({ isOfGraph, readState }: EntityTagOptions): Plugin<object, GraphqlFacts> {
  const states = new WeakMap<Request, { state: GraphState; args: Args }>()
  return {
    async onExecute({ args: given }) {
      const args = given as unknown as Args
      const { request, graphState, actor } = args.contextValue
      if (request.method !== 'GET' || actor !== publicActor) return
      if (!isOfGraph(args.document, args.operationName ?? null)) return
      const before = graphState ?? (await readState())
      return {
        async onExecuteDone({ result }) {
          if (Symbol.asyncIterator in result || result.errors !== undefined) return
          const after = graphState ?? (await readState())
          if (after.version === before.version && after.changedAt === before.changedAt)
            states.set(request, { state: before, args })
        },
      }
    },
    onResponse({ request, response, setResponse, fetchAPI }) {
      const found = states.get(request)
      const type = response.headers.get('content-type')
      if (found === undefined || response.status !== 200 || type === null) return
      const { params } = found.args.contextValue
      const query = params.query ?? ''
      const { operationName = null, variableValues } = found.args
      const etag = entityTagOf({ query, operationName, variables: variableValues ?? {}, type }, found.state)
      const headers = { etag, ...getHeaders }
      if (matchesEtag(request.headers.get('if-none-match') ?? undefined, etag))
        return setResponse(new fetchAPI.Response(null, { status: 304, headers }))
      for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
    },
  }
}
