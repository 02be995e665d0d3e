import { isDatabaseUnavailable } from '../../database/connection/database-unavailable.ts'
import { pause, type SharedSignal } from '../../domain/signal.ts'
import { StorageUnavailableError } from '../../storage/content-driver.ts'

/** What everything that is followed live needs of the request's context. */
export interface LiveContext {
  readonly live: {
    /** The graph has changed. */
    readonly graph: SharedSignal
    /** Another content state is current. */
    readonly content: SharedSignal
    /** The server ends: everyone who follows is let go, to come back to another. */
    readonly stopping: AbortSignal
    /** Whether whoever asked may still see what they were let in for: a session ends, a token is revoked. */
    readonly isStillAllowed: () => Promise<boolean>
  }
}

/** Nothing is told by a judgement older than this, however slowly the client takes what was found. */
const judgedForMs = 1000
/** A client that nothing is told is let go soon after. */
const judgeEveryMs = 60_000
const pauseWithoutDatabaseMs = 1000

/**
 * Follows something for one client: looks, gives what it found, and waits for the signal to look again. It goes on
 * through outages of the database, and ends with the server. Before it tells anything it asks whether the client may still
 * follow, so that a session, a token or a role that has ended is the end of what it saw.
 *
 * The next look happens when the client has taken all of the last one, so a slow client holds up nothing but itself.
 *
 * @param look gives what is new and keeps its own place; an empty answer means to wait
 */
export function follow<Item>(
  { live }: LiveContext,
  source: 'graph' | 'content',
  look: () => Promise<readonly Item[]>,
): AsyncIterableIterator<Item> {
  const leaving = new AbortController()
  const ended = AbortSignal.any([live.stopping, leaving.signal])
  const items = lookAgain(live[source], look, live.isStillAllowed, ended)
  return {
    next: () => items.next(),
    // A generator that waits does not hear `return` before its wait is over.
    return() {
      leaving.abort()
      return items.return(undefined)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

async function* lookAgain<Item>(
  source: SharedSignal,
  look: () => Promise<readonly Item[]>,
  isStillAllowed: () => Promise<boolean>,
  ended: AbortSignal,
): AsyncGenerator<Item, void, void> {
  // Not before: what is followed by nobody would be heeded for ever.
  const signal = source.heed()
  let found: readonly Item[] = []
  let judgedAt = Date.now()
  try {
    while (!ended.aborted) {
      const seen = signal.count()
      try {
        if (found.length === 0) found = await look()
        const isDue = found.length > 0 || Date.now() - judgedAt >= judgeEveryMs
        if (isDue && !(await isStillAllowed())) return
        if (isDue) judgedAt = Date.now()
      } catch (error) {
        if (!isDatabaseUnavailable(error) && !(error instanceof StorageUnavailableError)) throw error
        await pause(pauseWithoutDatabaseMs, ended)
        continue
      }
      if (found.length === 0) {
        await signal.passed(seen, Math.max(judgedAt + judgeEveryMs - Date.now(), 0), ended)
        continue
      }
      let told = 0
      for (const item of found) {
        if (Date.now() - judgedAt > judgedForMs) break
        told++
        yield item
        if (ended.aborted) return
      }
      found = found.slice(told)
    }
  } finally {
    signal.end()
  }
}
