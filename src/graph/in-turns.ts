import { setImmediate } from 'node:timers/promises'

/** Work that may be put aside wherever it yields, and carried on later. */
export type Work<Result> = Generator<void, Result, void>

/** So long a turn keeps this thread from other work. */
const longestTurnMs = 4

/** Does work in short turns and lets others have theirs in between. It must yield every millisecond or so. */
export async function inTurns<Result>(work: Work<Result>): Promise<Result> {
  let turnEnds = performance.now() + longestTurnMs
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() < turnEnds) continue
    await setImmediate()
    turnEnds = performance.now() + longestTurnMs
  }
}

/** Does work in one go. */
export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
