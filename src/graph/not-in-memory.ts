/** Memory cannot answer this exactly as the database would; the caller must query the database. */
export class NotInMemoryError extends Error {
  override name = 'NotInMemoryError'
}

let isRough = false

/**
 * Allows approximate answers from memory, for when the database is down. Applies synchronously, until `read`
 * returns.
 * @throws NotInMemoryError where memory has no approximation
 */
export function approximately<Answer>(read: () => Answer): Answer {
  const before = isRough
  isRough = true
  try {
    return read()
  } finally {
    isRough = before
  }
}

/** Call where memory is not exact; throws NotInMemoryError outside {@link approximately}. */
export function askDatabaseIfThere(reason: string): void {
  if (!isRough) throw new NotInMemoryError(reason)
}
