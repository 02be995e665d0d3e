import { lastApplied, type LedgerEntry } from '../../database/operations/ledger.ts'
import { OperationError } from '../run/error.ts'
import type { CheckReport } from '../run/summary.ts'
import type { MigrationDefinition } from './migration-definition.ts'

export function requiredMigrations(
  { requires }: Pick<MigrationDefinition, 'requires'>,
  ledger: readonly LedgerEntry[],
): CheckReport[] {
  return requires.map((name) => {
    const applied = lastApplied(ledger, name)
    return {
      name: `${name} is applied`,
      status: applied === null ? 'FAIL' : 'PASS',
      detail: applied === null ? 'it is not in the ledger' : `row ${applied.id} of the ledger`,
      expected: null,
      actual: null,
      durationMs: null,
    }
  })
}

export function requireAll(preconditions: readonly CheckReport[], payloadHash: string | null): void {
  const failed = preconditions.filter(({ status }) => status === 'FAIL')
  if (failed.length === 0) return
  const reasons = failed.map(({ name, detail }) => `${name} (${detail})`)
  throw new OperationError(
    'refused',
    'precondition-failed',
    `Nothing was written, because a precondition does not hold: ${reasons.join('; ')}.`,
    { result: { payloadHash, report: { preconditions, alreadyApplied: false } } },
  )
}
