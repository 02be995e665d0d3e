/** How long the thread of a server was kept from other work since this was last asked, and its memory. */
export interface Stalls {
  /** Milliseconds by the clock, those included in which other processes had the core. */
  readonly longest: number
  /** Milliseconds of the processor. */
  readonly longestOfProcessor: number
  readonly rssMb: number
}

/** The word with which the bench asks for them. */
export const takeStalls = 'take-stalls'
