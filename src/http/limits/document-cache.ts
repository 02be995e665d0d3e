import { LRUCache } from 'lru-cache'

/** LRU cache by document text, bounded by characters so that many long documents cannot fill memory. */
export function createDocumentCache<Value extends object>(maxCharacters: number): LRUCache<string, Value> {
  return new LRUCache({
    maxSize: maxCharacters,
    // Empty texts count, too, since the cache rejects size 0.
    sizeCalculation: (_, text) => text.length + 1,
  })
}
