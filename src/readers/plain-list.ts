/** Limit of unpaged lists (tags, derivatives, steps). Readers read one more, so that longer lists are rejected, not cut. */
export const plainListLimit = 1000
