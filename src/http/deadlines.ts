/** How often it is looked who is late: a tenth of a second is nothing to a limit of seconds. */
const lookEveryMs = 100

interface Wait {
  readonly due: number
  readonly late: () => void
}

/**
 * Waits for promises, but not beyond one and the same time. A timer for each would cost a query that is answered out of a shared
 * statement a tenth of its time; here one looks after all.
 *
 * @example const deadlines = createDeadlines(10_000); const rows = await deadlines.within(read()) // null: too late
 */
export function createDeadlines(milliseconds: number) {
  // Places that are used again, not a Set: the tables that a Set outgrows keep what has been answered alive until the next full
  // collection of garbage, which costs more than the timers did.
  const waits: (Wait | undefined)[] = []
  const free: number[] = []
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const now = performance.now()
    for (const [place, wait] of waits.entries())
      if (wait !== undefined && wait.due <= now) {
        leave(place, wait)
        wait.late()
      }
    if (free.length < waits.length) return
    clearInterval(timer)
    timer = undefined
  }

  /** Does nothing where the place is somebody else's by now. */
  function leave(place: number, wait: Wait): void {
    if (waits[place] !== wait) return
    waits[place] = undefined
    free.push(place)
  }

  return {
    /** @returns null where it takes too long; what comes of it then is nobody's any more */
    within<Result>(pending: Promise<Result>): Promise<Result | null> {
      return new Promise((resolve) => {
        const wait: Wait = { due: performance.now() + milliseconds, late: () => resolve(null) }
        const place = free.pop() ?? waits.length
        waits[place] = wait
        timer ??= setInterval(look, lookEveryMs).unref()
        pending.then(
          (result) => {
            leave(place, wait)
            resolve(result)
          },
          () => {
            leave(place, wait)
            resolve(pending) // which carries its error
          },
        )
      })
    },
  }
}
