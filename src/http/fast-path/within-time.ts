/**
 * Waits for a promise, but not longer than so many milliseconds.
 *
 * @returns null if it takes longer; whatever the promise gives after that is dropped
 */
export async function withinTime<Result>(
  pending: Promise<Result>,
  milliseconds: number,
): Promise<Result | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null)
  })
  try {
    return await Promise.race([pending, late])
  } finally {
    clearTimeout(timer)
  }
}
