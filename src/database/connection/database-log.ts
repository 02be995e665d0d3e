/** Where the database room tells what it does; a pino logger fits. */
export interface DatabaseLog {
  info(message: string): void
  warn(message: string): void
}
