import type { Pool, PoolClient } from 'pg'

/**
 * Run `work` in one transaction on one connection: committed when it returns, rolled back when it throws.
 *
 * @param mode isolation and access, for example `REPEATABLE READ READ ONLY`
 */
export async function withTransaction<Result>(
  pool: Pool,
  mode: 'READ COMMITTED' | 'REPEATABLE READ' | 'REPEATABLE READ READ ONLY',
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
