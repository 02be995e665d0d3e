import type { BenchClient } from './client.ts'
import { ownFacts } from './own-facts.ts'

/** Asks the hand-written statements: the query's name is the path, its variables are the body. */
export function createSqlClient(): BenchClient {
  return {
    name: 'sql',
    request(query, sample) {
      const { c } = sample
      const variables = c === undefined ? sample : { c: Buffer.from(c).toString('base64url') }
      return { path: `/${query}`, body: JSON.stringify(variables) }
    },
    facts: (_query, body) => ownFacts(body),
  }
}
