import type pg from 'pg'
import type { DatabaseLog } from './database-log.ts'

type Query = (...given: unknown[]) => unknown
type Callback = (...given: unknown[]) => void

/** A statement in a log has as many characters. */
const longestText = 2000

/**
 * Tells the log of statements that take long, with their SQL. Values are left out: they may be anybody's.
 *
 * @param client a connection that has just been made
 */
export function watchSlowQueries(client: pg.ClientBase, slowMs: number, log: DatabaseLog): void {
  const query = client.query.bind(client) as unknown as Query
  const watched: Query = (...given) => {
    const started = performance.now()
    const report = () => {
      const milliseconds = performance.now() - started
      if (milliseconds >= slowMs)
        log.warn(`A statement took ${milliseconds.toFixed(0)} ms: ${textOf(given[0])}`)
    }
    const callback = given.at(-1)
    if (typeof callback === 'function')
      return query(...given.slice(0, -1), (...results: unknown[]) => {
        report()
        ;(callback as Callback)(...results)
      })
    const result = query(...given)
    if (result instanceof Promise) result.then(report, report)
    return result
  }
  ;(client as { query: unknown }).query = watched
}

function textOf(given: unknown): string {
  const text = typeof given === 'string' ? given : (given as { text?: string } | undefined)?.text
  return (text ?? 'a stream').replace(/\s+/g, ' ').trim().slice(0, longestText)
}
