import { hashJson } from '../../domain/hash.ts'
import { differingBuckets } from '../../database/tables/table-hash.ts'
import { locateDifferences } from '../../database/tables/table-differences.ts'
import type { TableShape } from '../../database/tables/table-shape.ts'
import { noteTable, roomFor, type ParityLedger } from './result.ts'
import type { StoredTables } from './store.ts'

/** Compares a Postgres table column by column: hashes first, then the buckets that differ. */
export async function compareStoredTable(
  ledger: ParityLedger,
  table: string,
  left: StoredTables,
  right: StoredTables,
  signal: AbortSignal,
): Promise<void> {
  const [ofLeft, ofRight] = [left.shapes.get(table), right.shapes.get(table)]
  if (ofLeft === undefined || ofRight === undefined || columnsOf(ofLeft) !== columnsOf(ofRight)) {
    ledger.findings.push({
      code: 'parity.columns-differ',
      severity: 'error',
      subject: table,
      message: `${table} has different columns on the two sides; migrate both to the same schema first.`,
    })
    return
  }
  const [leftHash, rightHash] = [await left.hash(table), await right.hash(table)]
  const totals = {
    table,
    leftCount: leftHash.rows,
    rightCount: rightHash.rows,
    leftHash: leftHash.hash,
    rightHash: rightHash.hash,
  }
  if (leftHash.hash === rightHash.hash) {
    noteTable(ledger, { ...totals, onlyLeft: 0, onlyRight: 0, different: 0 })
    return
  }
  const buckets = differingBuckets(leftHash, rightHash)
  const { listed, ...rest } = await locateDifferences(
    { source: left.open(table, buckets), hash: leftHash },
    { source: right.open(table, buckets), hash: rightHash },
    ofLeft,
    roomFor(ledger),
    signal,
  )
  ledger.differences.push(...listed.map((each) => ({ ...each })))
  noteTable(ledger, { ...totals, ...rest })
}

/** Ignores their order, which depends on when each was added. */
function columnsOf({ columns }: TableShape): string {
  return hashJson(columns.map(({ name, type }) => `${name} ${type}`).sort())
}
