import { hasLedger } from '../../database/operations/ledger.ts'
import { withTransaction } from '../../database/connection/transaction.ts'
import { readMigrationCatalog } from './migration-catalog.ts'
import type { CheckReport, Finding } from '../run/summary.ts'
import type { OpsContext } from '../run/context.ts'
import { verifyLedger } from './verify-ledger.ts'

export async function checkLedger(
  { pool }: Pick<OpsContext, 'pool'>,
  { folder }: { readonly folder?: string | undefined } = {},
): Promise<{ readonly check: CheckReport; readonly findings: readonly Finding[] }> {
  const start = performance.now()
  const { known } = readMigrationCatalog(folder)
  const verified = await withTransaction(pool, 'REPEATABLE READ READ ONLY', async (client) =>
    (await hasLedger(client)) ? verifyLedger(client, known) : null,
  )
  const findings = verified?.faults ?? []
  const rows = verified?.ledger.length ?? 0
  const detail =
    verified === null ? 'there is no ledger yet' : `${rows} rows, each chained to the previous one`
  const check = {
    name: 'ledger',
    status: findings.length > 0 ? 'FAIL' : verified === null ? 'SKIPPED' : 'PASS',
    detail: findings.length > 0 ? findings.map(({ message }) => message).join(' ') : detail,
    expected: null,
    actual: { rows, hash: verified?.ledger.at(-1)?.hash ?? null },
    durationMs: Math.round(performance.now() - start),
  } as const
  return { check, findings }
}
