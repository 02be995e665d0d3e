import type { Pool, PoolClient } from 'pg'
import { sqlStateOf } from '../../database/connection/connection-loss.ts'
import type { LedgerEntry } from '../../database/operations/ledger.ts'
import type { Difference } from '../../database/tables/row-difference.ts'
import { listChanges, type TableChanges, type TableWatch } from '../../database/tables/table-changes.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import type { OperationResult, OperationSummary } from '../run/summary.ts'

const shownChanges = 1000

/** The result of a run that finds its work already done. */
export function alreadyApplied(former: LedgerEntry, givenPlan: string | null = null): OperationResult {
  const { name, id, payloadHash, planHash, resultHash, reason } = former
  return {
    payloadHash,
    planHash,
    resultHash,
    ledgerId: id,
    warnings:
      givenPlan === null || givenPlan === planHash
        ? []
        : [`It was applied with a different plan (row ${id} of the ledger); nothing was written now.`],
    report: {
      migration: name,
      alreadyApplied: true,
      appliedAt: former.finishedAt,
      appliedBy: former.actor,
      appliedReason: reason,
      preconditions: [],
      changes: [],
      changeTotals: { added: 0, changed: 0, removed: 0 },
      backup: null,
    },
  }
}

export function toCounts(
  { before }: TableWatch,
  { counts, after }: TableChanges,
): OperationSummary['counts'] {
  const pick = (kind: 'inserted' | 'updated' | 'deleted' | 'unchanged') =>
    Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, count[kind]]))
  return {
    before: { ...before },
    after: { ...after },
    inserted: pick('inserted'),
    updated: pick('updated'),
    deleted: pick('deleted'),
    unchanged: pick('unchanged'),
  }
}

export async function changeReport(
  pool: Pool,
  client: PoolClient,
  watch: TableWatch,
  { counts }: TableChanges,
): Promise<{ readonly changes: readonly Difference[]; readonly changeTotals: object }> {
  const total = (kind: 'inserted' | 'updated' | 'deleted') =>
    Object.values(counts).reduce((sum, count) => sum + count[kind], 0)
  const changeTotals = { added: total('inserted'), changed: total('updated'), removed: total('deleted') }
  // Another transaction still sees the old rows, which this one has locked.
  const changes = await withTransaction(pool, 'REPEATABLE READ READ ONLY', async (committed) => {
    await committed.query(`SELECT set_config('lock_timeout', '2s', true)`)
    return listChanges(client, committed, watch, shownChanges)
  }).catch((error: unknown) => {
    // A migration that locks whole tables (TRUNCATE) blocks reading them; its counts are enough.
    if (sqlStateOf(error) === '55P03') return []
    throw error
  })
  return { changes, changeTotals }
}
