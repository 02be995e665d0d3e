import { LRUCache } from 'lru-cache'
import type { Price } from '../../domain/budget.ts'
import type { GraphState } from '../../graph/snapshot.ts'
import type { GraphInMemory } from '../graphql/graph-headers.ts'
import type { ResponseBody } from './send.ts'

/** A response made from one state of the graph in memory. */
export interface CachedResponse {
  readonly state: GraphState
  /** The operation's name, for metrics. */
  readonly name: string | null
  readonly price: Price
  readonly body: ResponseBody
  /** Of a GET. */
  readonly etag: string | null
}

export interface ResponseCache {
  /** @param key names the request, see `FastQuestion.key` */
  get(key: string): CachedResponse | undefined
  set(key: string, response: CachedResponse): void
}

/** A body larger than this part of the cache would push out too many others. */
const largestPart = 1 / 16
/** Bytes that an entry takes beside its texts, about. */
const entryBytes = 200

/**
 * Caches responses made from memory, by request, until the graph changes. A site is asked the same few things most of the time,
 * and finding a body costs less than writing it again.
 *
 * @param maxBytes 0: nothing is cached
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
