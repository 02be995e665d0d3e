import type { GraphQLParams, Plugin } from 'graphql-yoga'
import { hasRole } from '../../domain/access/role.ts'
import { AppError } from '../../errors.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { TrustedDocuments } from './trusted-documents.ts'

/** Request parameter that names a trusted document. */
export const documentIdParameter = 'documentId'

/**
 * Replaces an id by its document: `documentId`, or Apollo's `extensions.persistedQuery.sha256Hash`. Unlike Apollo's, ids come
 * from the manifest; clients cannot add any.
 * @param isOnly reject documents as text, except from operators
 */
export function useTrustedDocuments(
  documents: TrustedDocuments,
  isOnly: boolean,
): Plugin<object, GraphqlFacts> {
  return {
    onParams({ params, request, setParams, context }) {
      const id = idOf(params, request)
      const { actor } = context
      if (id === null) {
        if (isOnly && !hasRole(actor, 'OPERATOR'))
          throw new AppError(
            'FORBIDDEN',
            `Only trusted documents are accepted; name one by \`${documentIdParameter}\`.`,
          )
        return
      }
      const query = documents.get(id)
      if (query === undefined)
        throw new AppError(
          'BAD_REQUEST',
          `There is no document with the id ${JSON.stringify(id.slice(0, 100))}.`,
        )
      setParams({ ...params, query })
    },
  }
}

function idOf(params: GraphQLParams, request: Request): string | null {
  const given = params[documentIdParameter as never] as unknown
  if (typeof given === 'string') return given
  const persisted = (params.extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)
    ?.persistedQuery?.sha256Hash
  if (typeof persisted === 'string' && params.query == null) return persisted
  if (request.method !== 'GET' || params.query != null) return null
  return new URL(request.url).searchParams.get(documentIdParameter)
}
