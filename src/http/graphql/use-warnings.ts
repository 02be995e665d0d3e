import type { Plugin } from 'graphql-yoga'
import type { GraphqlFacts } from '../exchange.ts'

export function useWarnings(): Plugin<object, GraphqlFacts> {
  return {
    onResultProcess({ result, setResult, serverContext: { warnings } }) {
      if (warnings.length === 0 || Array.isArray(result) || Symbol.asyncIterator in result) return
      setResult({ ...result, extensions: { ...result.extensions, warnings } })
    },
  }
}
