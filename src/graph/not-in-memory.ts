/** A question that memory cannot answer exactly as the database does; whoever asked asks the database. */
export class NotInMemoryError extends Error {
  override name = 'NotInMemoryError'
}

let isRough = false

/**
 * Asks memory for what only the database knows exactly, as near as it comes: for when the database is away. Counts only
 * for what is done before `read` returns, and so for nobody else.
 *
 * @throws NotInMemoryError where memory does not come near
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

/** What stands where memory is not exact. @throws NotInMemoryError unless it is asked {@link approximately} */
export function askDatabaseIfThere(reason: string): void {
  if (!isRough) throw new NotInMemoryError(reason)
}
