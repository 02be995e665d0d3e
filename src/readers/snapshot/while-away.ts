import { isDatabaseUnavailable } from '../../database/connection/database-unavailable.ts'
import { NotInMemoryError } from '../../graph/not-in-memory.ts'
import type { MaybePromise } from '../record.ts'

/** Whether the database is known to be away, so that nobody waits for it. */
export type IsAway = () => boolean

/**
 * Asks the database; while it is away, or if it goes away meanwhile, falls back to memory.
 * @throws the database's error if memory has no answer either
 */
export async function orFromMemory<Answer>(
  isAway: IsAway,
  ask: () => MaybePromise<Answer>,
  fromMemory: () => MaybePromise<Answer>,
): Promise<Answer> {
  let lost: Error | null = null
  if (!isAway())
    try {
      return await unlessAway(isAway, ask)
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

const lookAgainMs = 100

/** Gives up on a hanging database as soon as it is known to be away. @throws WentAwayError */
async function unlessAway<Answer>(isAway: IsAway, ask: () => MaybePromise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const away = new Promise<never>((_resolve, reject) => {
    timer = setInterval(() => {
      if (isAway()) reject(new WentAwayError())
    }, lookAgainMs)
  })
  try {
    return await Promise.race([ask(), away])
  } finally {
    clearInterval(timer)
  }
}

/** Treated like a lost connection. */
class WentAwayError extends Error {
  override readonly name = 'WentAwayError'
  readonly code = 'ETIMEDOUT'

  constructor() {
    super('The database went away while it was asked.')
  }
}
