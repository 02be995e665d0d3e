/** A question that memory cannot answer exactly as the database does; whoever asked asks the database. */
export class NotInMemoryError extends Error {
  override name = 'NotInMemoryError'
}
