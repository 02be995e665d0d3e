import { isDatabaseUnavailable } from '../../database/connection/database-unavailable.ts'
import { pause, type SharedSignal } from '../../domain/signal.ts'
import { StorageUnavailableError } from '../../storage/content-driver.ts'

export interface LiveContext {
  readonly live: {
    readonly graph: SharedSignal
    readonly content: SharedSignal
    /** Aborted at shutdown, so that followers reconnect elsewhere. */
    readonly stopping: AbortSignal
    /** Whether the caller still has access: sessions end and tokens are revoked. */
    readonly isStillAllowed: () => Promise<boolean>
  }
}

/** Re-check access before sending if the last check is older than this. */
const judgedForMs = 1000
/** Disconnect an idle client soon after it loses access. */
const judgeEveryMs = 60_000
const pauseWithoutDatabaseMs = 1000

/**
 * Polls `look` for one client whenever the signal fires, survives database outages and ends with the server.
 * Checks access before sending anything. The next look waits until the client has taken the last one, so a
 * slow client only delays itself.
 * @param look returns what is new and keeps its own position; an empty result means wait
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
    // A waiting generator does not handle `return` until its wait is over.
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
  // Subscribe only now: an iterator that is never started would never unsubscribe.
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
