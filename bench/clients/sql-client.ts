import type { BenchClient } from './client.ts'
import { ownFacts } from './own-facts.ts'

/** Asks the hand-written statements: the query's name is the path, its variables are the body, a slug is the cursor. */
export function createSqlClient(): BenchClient {
  return {
    name: 'sql',
    request: (query, sample) => ({ path: `/${query}`, body: JSON.stringify(sample) }),
    facts: (_query, body) => ownFacts(body),
  }
}
