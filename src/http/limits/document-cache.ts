import { LRUCache } from 'lru-cache'

/**
 * Keeps what was made of a text, by use, within a number of characters: many long documents must not fill the memory.
 */
export function createDocumentCache<Value extends object>(maxCharacters: number): LRUCache<string, Value> {
  return new LRUCache({
    maxSize: maxCharacters,
    // An empty text counts too, since sizes of nothing are refused.
    sizeCalculation: (_, text) => text.length + 1,
  })
}
