import { setTimeout } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { sqlStateOf } from './connection-loss.ts'

/**
 * Run `work` in one transaction on one connection: committed when it returns, rolled back when it throws.
 *
 * @param mode isolation and access, for example `REPEATABLE READ READ ONLY`
 */
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
    // A connection that cannot even roll back is thrown away, and the first error is the one that matters.
    await client.query('ROLLBACK').catch(() => (isBroken = true))
    throw error
  } finally {
    client.release(isBroken)
  }
}

const serializationFailure = '40001'
const deadlockDetected = '40P01'
const attempts = 10

/**
 * As {@link withTransaction}, and again from its beginning when Postgres ended it because of another one: a serialization
 * failure or a deadlock, of which it says that nothing was written. Nothing else is retried.
 *
 * @param work may run several times
 */
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
      // Spread, or those that met would meet again.
      await setTimeout(Math.random() * 5 * 2 ** attempt)
    }
  }
}
