import { LRUCache } from 'lru-cache'
import type { Price } from '../../domain/budget.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import type { GraphInMemory } from '../graphql/graph-headers.ts'
import type { ResponseBody } from './send.ts'

export interface CachedResponse {
  readonly state: GraphState
  readonly name: string | null
  readonly price: Price
  readonly body: ResponseBody
  readonly etag: string | null
}

export interface ResponseCache {
  get(key: string): CachedResponse | undefined
  set(key: string, response: CachedResponse): void
}

/** Larger bodies would evict too many entries. */
const largestPart = 1 / 16
const entryBytes = 200

/**
 * Caches responses made from memory until the graph changes. Sites repeat few queries, and a lookup is cheaper than writing the
 * body again.
 * @param maxBytes 0: no cache
 */
export function createResponseCache(graph: GraphInMemory, maxBytes: number): ResponseCache {
  if (maxBytes === 0) return { get: () => undefined, set: () => undefined }
  const responses = new LRUCache<string, CachedResponse>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes * largestPart),
    sizeCalculation: ({ body }, key) => body.length + key.length + entryBytes,
  })
  let state: GraphState | undefined
  return {
    get(key) {
      const now = graph.current()?.snapshot.state
      if (now !== state) {
        responses.clear()
        state = now
      }
      return responses.get(key)
    },
    set(key, response) {
      if (response.state === state) responses.set(key, response)
    },
  }
}
