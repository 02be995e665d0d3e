import { readLedger, readLedgerHead } from '../../../database/operations/ledger.ts'
import { checkLedger } from '../../migrations/check-ledger.ts'
import { chainFaults } from '../../migrations/verify-ledger.ts'
import { outcomeOf, type Check } from './check.ts'

export const ledgerCheck: Check = {
  name: 'ledger',
  invariant: 'No ledger row was edited, deleted or moved, and no applied migration was changed.',
  async prove({ pool }) {
    const [ledger, head] = [await readLedger(pool), await readLedgerHead(pool)]
    // The same chain with a missing row and with an altered row.
    const shortened = chainFaults(ledger.slice(0, -1), {
      entries: (head?.entries ?? 0) + 1,
      hash: head?.hash ?? null,
    })
    const edited = chainFaults(
      ledger.map((entry) => ({ ...entry, actor: `${entry.actor}, planted` })),
      head,
    )
    return shortened.length > 0 && (ledger.length === 0 || edited.length > 0)
  },
  async run(ctx) {
    const { check, findings } = await checkLedger(ctx)
    return outcomeOf(findings, check.detail ?? '')
  },
}
