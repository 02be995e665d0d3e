import type { Plugin } from 'graphql-yoga'
import type { GraphqlFacts } from '../exchange.ts'

/** Request header that turns on `extensions.cost`. */
export const costHeader = 'x-graphql-cost'

/** Reports an operation's estimated cost and the actual number of objects. */
export function useCostReport(): Plugin<object, GraphqlFacts> {
  return {
    onResultProcess({ request, result, setResult, serverContext: { budget } }) {
      if (!request.headers.has(costHeader) || Array.isArray(result) || Symbol.asyncIterator in result) return
      const cost = { requested: budget.state().cost, actual: countObjects(result.data) }
      setResult({ ...result, extensions: { ...result.extensions, cost } })
    },
  }
}

function countObjects(root: unknown): number {
  let count = -1
  const waiting: unknown[] = [root]
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value)) count++
    for (const item of Object.values(value) as unknown[]) if (item !== undefined) waiting.push(item)
  }
  return Math.max(count, 0)
}
