/**
 * Lists that do not page (tags, derivatives, steps) are short by nature. A reader reads at most one row more than this
 * of each, so that a longer one can be refused: it is never cut in silence.
 */
export const plainListLimit = 1000
