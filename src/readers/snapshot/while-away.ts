import { isDatabaseUnavailable } from '../../database/database-unavailable.ts'
import { NotInMemoryError } from '../../graph/not-in-memory.ts'
import type { MaybePromise } from '../graph-reader.ts'

/** Whether the database is known to be away, so that nobody waits to hear it again. */
export type IsAway = () => boolean

/**
 * What the database says; while it is away, what memory makes of the question as well as it can.
 *
 * @throws what the database threw, where memory has no answer either
 */
export async function orFromMemory<Answer>(
  isAway: IsAway,
  ask: () => MaybePromise<Answer>,
  fromMemory: () => MaybePromise<Answer>,
): Promise<Answer> {
  let lost: Error | null = null
  if (!isAway())
    try {
      return await ask()
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error
      lost = error
    }
  try {
    return await fromMemory()
  } catch (error) {
    if (!(error instanceof NotInMemoryError)) throw error
    if (lost !== null) throw lost
    return ask()
  }
}
