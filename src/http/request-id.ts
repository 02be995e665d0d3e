import { randomUUID } from 'node:crypto'

/** The caller's `x-request-id` if it is safe to log and return, else a new one. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:/+=-]{1,128}$/.test(header) ? header : randomUUID()
}
