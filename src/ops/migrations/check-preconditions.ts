import type { PoolClient } from 'pg'
import { isConnectionLoss, sqlStateOf } from '../../database/connection/connection-loss.ts'
import type { JsonValue } from '../../domain/json/value.ts'
import type { CheckReport } from '../run/summary.ts'
import type { MigrationContext, Precondition, PreconditionResult } from './data-migration.ts'

export async function checkPreconditions(
  client: PoolClient,
  preconditions: readonly Precondition[],
  context: MigrationContext,
): Promise<CheckReport[]> {
  const reports: CheckReport[] = []
  for (const { name, check } of preconditions) {
    // A failing statement would abort the transaction for the remaining checks.
    await client.query('SAVEPOINT precondition')
    const start = performance.now()
    let result: PreconditionResult
    try {
      result = await check(context)
      await client.query('RELEASE SAVEPOINT precondition')
    } catch (error) {
      context.signal.throwIfAborted()
      if (isPassing(error)) throw error
      await client.query('ROLLBACK TO SAVEPOINT precondition')
      const reason = error instanceof Error ? error.message : String(error)
      result = { holds: false, detail: `it could not be evaluated: ${reason}` }
    }
    reports.push(toCheckReport(name, result, performance.now() - start))
  }
  return reports
}

/** Whether an error is transient (lock, time limit, lost race) and so unrelated to the precondition. */
function isPassing(error: unknown): boolean {
  return isConnectionLoss(error) || /^(40|53|55P03$|57)/.test(sqlStateOf(error) ?? '')
}

export function toCheckReport(name: string, result: PreconditionResult, durationMs = 0): CheckReport {
  const { holds, detail, expected = null, actual = null } = result
  return {
    name,
    status: holds ? 'PASS' : 'FAIL',
    detail,
    expected: expected satisfies JsonValue,
    actual: actual satisfies JsonValue,
    durationMs: Math.round(durationMs),
  }
}
