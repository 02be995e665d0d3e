/** Signals that something may have changed; receivers must look for themselves. */
export interface Signal {
  /** Rises with each change. Read it before looking, so that no change is missed. */
  count(): number
  /** Resolves once the count passes `seen`, on timeout, or when aborted; never rejects. */
  passed(seen: number, withinMs: number, aborted: AbortSignal): Promise<void>
}

/** A signal and the function that triggers it. */
export function createSignal(): Signal & { give(): void } {
  let count = 0
  const waiting = new Set<() => void>()
  return {
    count: () => count,
    give() {
      count++
      for (const wake of waiting) wake()
      waiting.clear()
    },
    passed: (seen, withinMs, aborted) =>
      new Promise((resolve) => {
        if (count > seen || aborted.aborted) return resolve()
        const wake = () => {
          waiting.delete(wake)
          clearTimeout(timer)
          aborted.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, withinMs).unref()
        waiting.add(wake)
        aborted.addEventListener('abort', wake, { once: true })
      }),
  }
}

/** A signal that costs something only while it has listeners. */
export interface SharedSignal {
  /** Triggers the signal until `end` is called. */
  heed(): Signal & { end(): void }
  stop(): Promise<void>
}

/** Shares one source among all listeners; `run` triggers the signal until aborted, and never rejects. */
export function shareSignal(run: (give: () => void, aborted: AbortSignal) => Promise<void>): SharedSignal {
  const signal = createSignal()
  let heeding = 0
  let source: AbortController | undefined
  let ended: Promise<unknown> = Promise.resolve()
  const endSource = () => {
    source?.abort()
    source = undefined
  }
  return {
    heed() {
      if (heeding++ === 0) {
        const controller = (source = new AbortController())
        const former = ended
        ended = former.then(() => run(() => signal.give(), controller.signal))
      }
      let isHeeding = true
      return {
        ...signal,
        end() {
          if (!isHeeding) return
          isHeeding = false
          if (--heeding === 0) endSource()
        },
      }
    },
    async stop() {
      endSource()
      await ended
    },
  }
}

/** Polls, and signals whenever the result changes (`===`). A failure waits for the next poll. */
export function pollSignal(look: Look, everyMs: number): SharedSignal {
  return shareSignal((give, aborted) => poll(look, everyMs, give, aborted))
}

/** The source of {@link pollSignal}, for signals that poll only at times. */
export async function poll(
  look: Look,
  everyMs: number,
  give: () => void,
  aborted: AbortSignal,
): Promise<void> {
  for (let last: string | number | null | undefined; !aborted.aborted;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined && found !== last) {
      last = found
      give()
    }
    await pause(everyMs, aborted)
  }
}

type Look = () => Promise<string | number | null>

/** Sleeps until aborted; does not keep the process alive. */
export function pause(milliseconds: number, aborted: AbortSignal): Promise<void> {
  return createSignal().passed(0, milliseconds, aborted)
}
