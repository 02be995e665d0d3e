import type { PoolClient } from 'pg'
import { hasLedger, type LedgerEntry } from '../../database/operations/ledger.ts'
import { readSchemaState, historyProblems } from '../../database/schema/state.ts'
import { OperationError } from '../run/error.ts'
import { verifyLedger, type KnownMigration } from './verify-ledger.ts'

/** Reads the ledger; refuses a damaged one with a finding for every fault. */
export async function requireWholeLedger(
  client: PoolClient,
  known: readonly KnownMigration[],
): Promise<readonly LedgerEntry[]> {
  if (!(await hasLedger(client))) return []
  const { ledger, faults } = await verifyLedger(client, known)
  if (faults.length === 0) return ledger
  throw new OperationError(
    'refused',
    'ledger-broken',
    `The ledger of migrations is damaged, so nothing was run: ${faults.map(({ message }) => message).join(' ')}`,
    { result: { findings: faults } },
  )
}

/** Refuses a database without this build's schema. */
export async function requireSchema(client: PoolClient): Promise<void> {
  const state = await readSchemaState(client)
  const problems = historyProblems(state)
  if (state.pending.length > 0) {
    problems.push(
      `The database lacks the schema migrations ${state.pending.join(', ')}. Apply them with \`npm run migrate:kb-schema:apply\`.`,
    )
  }
  if (problems.length > 0) throw new OperationError('refused', 'precondition-failed', problems.join(' '))
}
