import { createCursorKey, encodeCursor, listFingerprint } from '../../src/domain/paging/cursor.ts'
import type { OwnName } from '../contender-name.ts'
import { canonicalQueries } from '../queries.ts'
import type { BenchClient } from './client.ts'
import { ownFacts } from './own-facts.ts'

/** Asks this product, by GraphQL, or whoever has its answers. The cursors of Q5 are made here, signed with the server's own secret. */
export function createOwnClient(cursorSecret: string, name: OwnName | 'http' = 'database'): BenchClient {
  const key = createCursorKey(cursorSecret)
  const fingerprint = listFingerprint('entities', null, [{ field: 'SLUG', direction: 'ASC' }])
  const documents = new Map(canonicalQueries.map(({ name, document }) => [name, document]))
  return {
    name,
    request(query, sample) {
      const { c } = sample
      const variables = c === undefined ? sample : { c: encodeCursor(key, fingerprint, [c]) }
      return { path: '/graphql', body: JSON.stringify({ query: documents.get(query), variables }) }
    },
    facts: (_query, body) => ownFacts(body),
  }
}
