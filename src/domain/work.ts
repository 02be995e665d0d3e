export class TooMuchWorkError extends Error {
  override readonly name = 'TooMuchWorkError'
}

/** A budget for checking. A unit is about 50 nanoseconds; the count does not depend on the machine. */
export interface Work {
  left: number
}

/** At most 0.1 seconds: for one entity's attributes, hundreds of times what an honest schema needs. */
export const mostWork = 2_000_000

export function createWork(units = mostWork): Work {
  return { left: units }
}

/** A schema's generated code takes no extra arguments; it runs synchronously, so one variable suffices. */
let current: Work = createWork()

/** Runs something that calls {@link spend}; throws TooMuchWorkError. */
export function working<Result>(work: Work, does: () => Result): Result {
  const former = current
  current = work
  try {
    return does()
  } finally {
    current = former
  }
}

/** @throws TooMuchWorkError when the current budget is used up */
export function spend(units: number): void {
  current.left -= units
  if (current.left < 0) throw new TooMuchWorkError('checking asks for more work than it may')
}
