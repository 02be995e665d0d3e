import { createTurns } from '../../../domain/turns.ts'
import { runInThread } from '../../../graph/run-in-thread.ts'
import type { HashedRows } from './hash-rows.ts'

/** Two would only compete for memory and CPU. */
const oneAtATime = createTurns(1)

/** Hashes tables in a thread that shares their memory, one at a time; throws if the thread fails. */
export function hashInThread(tables: readonly HashedRows[]): Promise<readonly string[]> {
  return oneAtATime(() => runInThread(new URL('./hash-worker.ts', import.meta.url), tables))
}
