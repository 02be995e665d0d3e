import type pg from 'pg'
import type { DatabaseLog } from './database-log.ts'

/** Called when a statement starts; the returned function is called when it ends. */
export type QueryWatcher = (text: string) => (error?: unknown) => void

type Query = (...given: unknown[]) => unknown
type Callback = (error: unknown, ...results: unknown[]) => void

const longestText = 2000

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
