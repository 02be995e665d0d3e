/** How often it is looked who is late: a tenth of a second is nothing to a limit of seconds. */
const lookEveryMs = 100

/**
 * Waits for promises, but not beyond one and the same time. A timer for each would cost a query that is answered out of a shared
 * statement a tenth of its time; here one looks after all.
 *
 * @example const deadlines = createDeadlines(10_000); const rows = await deadlines.within(read()) // null: too late
 */
export function createDeadlines(milliseconds: number) {
  /** In the order in which they began, which is that in which they are due. */
  const waiting = new Set<{ readonly due: number; readonly late: () => void }>()
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    const now = performance.now()
    for (const one of waiting) {
      if (one.due > now) break
      waiting.delete(one)
      one.late()
    }
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    /** @returns null where it takes too long; what comes of it then is nobody's any more */
    within<Result>(pending: Promise<Result>): Promise<Result | null> {
      return new Promise((resolve) => {
        const one = { due: performance.now() + milliseconds, late: () => resolve(null) }
        waiting.add(one)
        timer ??= setInterval(look, lookEveryMs).unref()
        pending.then(
          (result) => {
            waiting.delete(one)
            resolve(result)
          },
          () => {
            waiting.delete(one)
            resolve(pending) // which carries its error
          },
        )
      })
    },
  }
}
