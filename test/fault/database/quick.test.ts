import { describe, test } from 'vitest'
import { laggingStandby, silentFailover, swallowedNotifications } from './failover.ts'
import { startOwnDatabase, type OwnDatabase } from './own-database.ts'
import { findPgBouncer, poolers } from './poolers.ts'
import type { Row } from './scenarios.ts'

// The short form of `npm run fault:database`. Most of it waits for time-outs of the product, so the parts run beside each other.

/** How soon is for the command to say, on a machine that does nothing else. */
const visibleWithinMs = 10_000

async function problemsOf(...parts: readonly ((own: OwnDatabase) => Promise<Row | readonly Row[]>)[]) {
  const own = await startOwnDatabase()
  try {
    const rows = await Promise.all(parts.map((part) => part(own)))
    return rows.flat().flatMap(({ name, problems }) => problems.map((each) => `${name}: ${each}`))
  } finally {
    await own.stop()
  }
}

describe.concurrent('nothing goes wrong', { timeout: 150_000 }, () => {
  test('where a standby takes over and the old connections go silent', async ({ expect }) => {
    expect(await problemsOf((own) => silentFailover(own, 2, visibleWithinMs))).toEqual([])
  })

  test('where a standby that lags takes over, and where notifications are swallowed', async ({ expect }) => {
    const problems = await problemsOf(
      (own) => laggingStandby(own, 3),
      (own) => swallowedNotifications(own, 2),
    )
    expect(problems).toEqual([])
  })

  test.skipIf(findPgBouncer() === null)('where PgBouncer stands between', async ({ expect }) => {
    expect(await problemsOf((own) => poolers(own, 12, visibleWithinMs))).toEqual([])
  })
})
