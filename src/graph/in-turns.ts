import { setImmediate } from 'node:timers/promises'

export type Work<Result> = Generator<void, Result, void>

/** The longest time a turn may block the thread. */
const longestTurnMs = 4

/** Runs work in short turns, with other work in between. It must yield every millisecond or so. */
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

export function atOnce<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
