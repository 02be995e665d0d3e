interface DocumentCache<Value> {
  get(text: string): Value | undefined
  set(text: string, value: Value): void
}

/**
 * Keeps what was made of a text, by use, within a number of characters: many long documents must not fill the memory.
 */
export function createDocumentCache<Value>(maxCharacters: number): DocumentCache<Value> {
  const values = new Map<string, Value>()
  let characters = 0
  return {
    get(text) {
      const value = values.get(text)
      // While there is much room nothing is dropped, and no order is needed.
      if (value === undefined || characters < maxCharacters / 2) return value
      // A Map keeps the order of insertion, so the first key is the least recently used.
      values.delete(text)
      values.set(text, value)
      return value
    },
    set(text, value) {
      if (text.length > maxCharacters) return
      if (!values.has(text)) characters += text.length
      values.set(text, value)
      for (const oldest of values.keys()) {
        if (characters <= maxCharacters) break
        values.delete(oldest)
        characters -= oldest.length
      }
    },
  }
}
