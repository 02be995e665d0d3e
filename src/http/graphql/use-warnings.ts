import type { Plugin } from 'graphql-yoga'
import type { GraphqlFacts } from '../exchange.ts'

/** Tells what went well but not as one would expect, as `extensions.warnings`. */
export function useWarnings(): Plugin<object, GraphqlFacts> {
  return {
    onResultProcess({ result, setResult, serverContext: { warnings } }) {
      if (warnings.length === 0 || Array.isArray(result) || Symbol.asyncIterator in result) return
      setResult({ ...result, extensions: { ...result.extensions, warnings } })
    },
  }
}
