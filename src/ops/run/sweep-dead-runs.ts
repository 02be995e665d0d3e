import type { Pool } from 'pg'
import { finishRun, listDeadRuns } from '../../database/operations/runs.ts'
import { isOwnerAlive } from '../../database/operations/run-owner.ts'

/**
 * Marks runs of dead processes as failed. Their transactions ended with them: the work is complete or absent.
 */
export async function sweepDeadRuns(pool: Pool): Promise<number> {
  const dead = await listDeadRuns(pool, isOwnerAlive)
  for (const run of dead) {
    const message = 'Its process died during the run; the transaction was either committed or rolled back.'
    const line = { at: new Date().toISOString(), level: 'ERROR', message, fields: null } as const
    await finishRun(pool, run.id, {
      status: 'FAILED',
      outcome: null,
      summary: run.summary,
      log: [...run.log, line],
    })
  }
  return dead.length
}
