/** Thrown where checking would cost more than it may. */
export class TooMuchWorkError extends Error {
  override readonly name = 'TooMuchWorkError'
}

/** How much checking may still be done. A unit is some 50 nanoseconds; what is spent does not depend on the machine. */
export interface Work {
  left: number
}

/** 0.1 seconds at most: for the attributes of one entity, hundreds of times what an honest schema asks. */
export const mostWork = 2_000_000

export function createWork(units = mostWork): Work {
  return { left: units }
}

/** The generated code of a schema takes no arguments of ours; it runs without a pause, so there is only one at a time. */
let current: Work = createWork()

/** Does something that calls {@link spend}. @throws TooMuchWorkError */
export function working<Result>(work: Work, does: () => Result): Result {
  const former = current
  current = work
  try {
    return does()
  } finally {
    current = former
  }
}

/** @throws TooMuchWorkError where the work that goes on has used up what it may */
export function spend(units: number): void {
  current.left -= units
  if (current.left < 0) throw new TooMuchWorkError('checking asks for more work than it may')
}
