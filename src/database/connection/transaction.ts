import { setTimeout } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { sqlStateOf } from './connection-loss.ts'

/** Commits when `work` returns, rolls back when it throws. `mode` is the isolation and access mode. */
export async function withTransaction<Result>(
  pool: Pool,
  mode: 'READ COMMITTED' | 'REPEATABLE READ' | 'REPEATABLE READ READ ONLY' | 'SERIALIZABLE',
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let isBroken = false
  try {
    await client.query(`BEGIN ISOLATION LEVEL ${mode}`)
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    // A connection that cannot roll back is discarded; the first error is the one to report.
    await client.query('ROLLBACK').catch(() => (isBroken = true))
    throw error
  } finally {
    client.release(isBroken)
  }
}

const serializationFailure = '40001'
const deadlockDetected = '40P01'
const attempts = 10

/** Like {@link withTransaction}, but reruns `work` after serialization failures and deadlocks. */
export async function withRetriedTransaction<Result>(
  pool: Pool,
  mode: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE',
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withTransaction(pool, mode, work)
    } catch (error) {
      const state = sqlStateOf(error)
      if ((state !== serializationFailure && state !== deadlockDetected) || attempt === attempts) throw error
      // Random back-off, so that the same transactions do not collide again.
      await setTimeout(Math.random() * 5 * 2 ** attempt)
    }
  }
}
