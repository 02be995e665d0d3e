/** How a walk is measured. */
export interface WalkTiming {
  /** For how long each contender is asked before it is timed. */
  readonly warmUpMs: number
  readonly rounds: number
}

/** Asks in turn what will be timed, and begins again at the end, until the time is over. */
export async function warmUp<Item>(
  items: readonly Item[],
  { warmUpMs }: WalkTiming,
  signal: AbortSignal,
  ask: (item: Item) => unknown,
): Promise<void> {
  const end = performance.now() + warmUpMs
  for (let at = 0; performance.now() < end; at++) {
    signal.throwIfAborted()
    await ask(items[at % items.length]!)
  }
}
