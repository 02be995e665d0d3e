import type pg from 'pg'
import type { DatabaseLog } from './database-log.ts'

/** Told of a statement when it begins; what it gives back is told when it has ended. */
export type QueryWatcher = (text: string) => (error?: unknown) => void

type Query = (...given: unknown[]) => unknown
type Callback = (error: unknown, ...results: unknown[]) => void

/** A statement in a log or a trace has as many characters. */
const longestText = 2000

/**
 * Tells watchers of every statement, by its SQL. Values are left out: they may be anybody's.
 *
 * @param client a connection that has just been made
 */
export function watchQueries(client: pg.ClientBase, watchers: readonly QueryWatcher[]): void {
  const query = client.query.bind(client) as unknown as Query
  const watched: Query = (...given) => {
    const text = textOf(given[0])
    const ends = watchers.map((watch) => watch(text))
    const end = (error?: unknown) => ends.forEach((tell) => tell(error ?? undefined))
    const callback = given.at(-1)
    if (typeof callback === 'function')
      return query(...given.slice(0, -1), (error: unknown, ...results: unknown[]) => {
        end(error)
        ;(callback as Callback)(error, ...results)
      })
    const result = query(...given)
    if (result instanceof Promise) result.then(() => end(), end)
    return result
  }
  ;(client as { query: unknown }).query = watched
}

/** Tells the log of statements that take long. */
export function createSlowQueryWatcher(slowMs: number, log: DatabaseLog): QueryWatcher {
  return (text) => {
    const started = performance.now()
    return () => {
      const milliseconds = performance.now() - started
      if (milliseconds >= slowMs) log.warn(`A statement took ${milliseconds.toFixed(0)} ms: ${text}`)
    }
  }
}

function textOf(given: unknown): string {
  const text = typeof given === 'string' ? given : (given as { text?: string } | undefined)?.text
  return (text ?? 'a stream').replace(/\s+/g, ' ').trim().slice(0, longestText)
}
