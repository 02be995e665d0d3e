import { createTurns } from '../../../domain/turns.ts'
import { runInThread } from '../../../graph/run-in-thread.ts'
import type { HashedRows } from './hash-rows.ts'

/** Two at once would only take each other's memory and processor. */
const oneAtATime = createTurns(1)

/**
 * The hashes of some tables, computed by a thread that shares their memory. One after another.
 *
 * @throws what the thread threw, or that it ended without an answer
 */
export function hashInThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  return oneAtATime(() => runInThread(new URL('./hash-worker.ts', import.meta.url), tables))
}
