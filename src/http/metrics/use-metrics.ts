import type { Plugin } from 'graphql-yoga'
import { getOperationAST } from 'graphql'
import type { GraphqlFacts } from '../exchange.ts'
import type { Metrics } from './metrics.ts'
import type { OperationArgs } from '../graphql/operation-args.ts'

export function useMetrics(metrics: Metrics): Plugin<object, GraphqlFacts> {
  return {
    onExecute({ args }) {
      const { document, operationName } = args as unknown as OperationArgs
      const node = getOperationAST(document, operationName)
      const started = performance.now()
      return {
        onExecuteDone({ result }) {
          const hasErrors = 'errors' in result && (result.errors?.length ?? 0) > 0
          const seconds = (performance.now() - started) / 1000
          metrics.operation(
            node?.name?.value ?? null,
            node?.operation ?? 'query',
            hasErrors ? 'error' : 'ok',
            seconds,
          )
        },
      }
    },
    onSubscribe() {
      return {
        onSubscribeResult({ result }) {
          if (!(Symbol.asyncIterator in result)) return // rejected: it never opened
          metrics.subscriptions(1)
          return { onEnd: () => metrics.subscriptions(-1) }
        },
      }
    },
  }
}
