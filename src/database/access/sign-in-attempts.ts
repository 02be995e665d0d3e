import type { Pool } from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/** Counts attempts by key across all processes that share the database. */
export interface AttemptLimit {
  /** Counts one attempt. Returns 0 if it is allowed, else the seconds to wait. */
  spend(key: string): Promise<number>
  refund(key: string): Promise<void>
  forgive(key: string): Promise<void>
}

export function createAttemptLimit(pool: Pool, allowed: number, seconds: number): AttemptLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'admin_sign_in_attempts',
    tableCreated: true,
    // Its own cleanup would keep a timer; the next attempt clears expired rows.
    clearExpiredByTimeout: false,
    keyPrefix: '',
    points: allowed,
    duration: seconds,
  })
  return {
    async spend(key) {
      await pool.query('DELETE FROM admin_sign_in_attempts WHERE expire < extract(epoch FROM now()) * 1000')
      try {
        await limiter.consume(key)
        return 0
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        return Math.ceil(refusal.msBeforeNext / 1000)
      }
    },
    async refund(key) {
      await limiter.reward(key, 1)
    },
    async forgive(key) {
      await limiter.delete(key)
    },
  }
}
