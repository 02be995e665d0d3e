import type { Pool, PoolClient } from 'pg'
import { tryLockBulkWrites } from '../../database/graph/writer.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { OperationError } from './error.ts'

/** SQLSTATEs of a lost server: shutdown, crash or terminated session. */
const goneStates = /^(08|57P0)/

/**
 * Runs a bulk write in one transaction under the bulk-write lock; throws `busy`, or `unknown` after a lost
 * COMMIT.
 */
export async function commitOnce<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  let isCommitting = false
  try {
    return await withTransaction(pool, 'READ COMMITTED', async (client) => {
      if (!(await tryLockBulkWrites(client))) {
        throw new OperationError(
          'busy',
          'already-running',
          'Another process is writing the graph. Wait for it, then run this again.',
        )
      }
      const result = await work(client)
      isCommitting = true
      return result
    })
  } catch (error) {
    if (!isCommitting || !isConnectionLoss(error)) throw error
    throw new OperationError(
      'unknown',
      'outcome-unknown',
      'The connection was lost while committing, so the write may or may not have succeeded. Run it again: that is always safe.',
      { cause: error },
    )
  }
}

function isConnectionLoss(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  // Server errors carry a SQLSTATE; socket errors (ECONNRESET, or no code) do not.
  return typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || goneStates.test(code)
}
