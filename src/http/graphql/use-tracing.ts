import { getOperationAST } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Tracing } from '../../tracing.ts'
import type { GraphqlFacts } from '../exchange.ts'
import type { OperationArgs } from './operation-args.ts'

type Execute = (args: unknown) => unknown

/** One span per operation, continuing the request's trace. */
export function useTracing(tracing: Tracing): Plugin<object, GraphqlFacts> {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { document, operationName, contextValue } = args as unknown as OperationArgs & {
        readonly contextValue: { readonly request: Request }
      }
      const node = getOperationAST(document, operationName)
      const name = [node?.operation, node?.name?.value].filter(Boolean).join(' ') || 'operation'
      const attributes = {
        'graphql.operation.type': node?.operation ?? '',
        'graphql.operation.name': node?.name?.value ?? '',
        'kb.request_id': contextValue.requestId,
      }
      const headers = Object.fromEntries(contextValue.request.headers)
      const execute = executeFn as Execute
      setExecuteFn(
        (given: unknown) => tracing.within(name, attributes, () => execute(given), headers) as never,
      )
    },
  }
}
