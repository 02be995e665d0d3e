import type { Plugin } from 'graphql-yoga'
import { publicActor } from '../../domain/access/role.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { AdmittedParams, FastPath } from './fast-path.ts'
import { isQuery, type OperationArgs } from '../graphql/operation-args.ts'

/** Admits successful public queries to the fast path. */
export function useFastPath(fastPath: FastPath): Plugin<object, GraphqlFacts> {
  return {
    onExecute({ args }) {
      const { document, contextValue } = args as unknown as OperationArgs & {
        readonly contextValue: { readonly params: AdmittedParams }
      }
      if (contextValue.actor !== publicActor || !isQuery(args as unknown as OperationArgs)) return
      return {
        onExecuteDone({ result }) {
          if (Symbol.asyncIterator in result || result.errors !== undefined) return
          fastPath.admit(contextValue.params, document)
        },
      }
    },
    onResponse({ request, response, serverContext }) {
      const type = response.headers.get('content-type')
      if (response.status === 200 && type?.includes('json') && serverContext?.actor === publicActor)
        fastPath.learnType(request.headers.get('accept'), type)
    },
  }
}
