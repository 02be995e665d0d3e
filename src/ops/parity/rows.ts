import { diffSorted } from '../../domain/diff-sorted.ts'
import { hashTable } from '../../domain/hash.ts'
import { collectHashes } from '../../domain/graph/hashed-rows.ts'
import { noteTable, roomFor, type ParityLedger } from './result.ts'
import type { RowStream } from './store.ts'

export interface ComparedRows {
  readonly table: string
  readonly subjectType: string
  readonly left: RowStream
  readonly right: RowStream
  /** Formats a sort key for display. */
  readonly toSubjectKey?: (key: string) => string
}

/** Compares the logical content of two row streams that are sorted by key. */
export async function compareRowStreams(
  ledger: ParityLedger,
  { table, subjectType, left, right, toSubjectKey = (key) => key }: ComparedRows,
  signal: AbortSignal,
): Promise<void> {
  const [lefts, rights] = [collectHashes(left), collectHashes(right)]
  const totals = { ADDED: 0, CHANGED: 0, REMOVED: 0 }
  for await (const difference of diffSorted(lefts.rows, rights.rows)) {
    signal.throwIfAborted()
    totals[difference.operation]++
    const subjectKey = toSubjectKey(difference.subjectKey)
    if (roomFor(ledger) > 0) ledger.differences.push({ ...difference, subjectType, subjectKey })
  }
  noteTable(ledger, {
    table,
    leftCount: lefts.hashes.length,
    rightCount: rights.hashes.length,
    onlyLeft: totals.REMOVED,
    onlyRight: totals.ADDED,
    different: totals.CHANGED,
    leftHash: hashTable(lefts.hashes),
    rightHash: hashTable(rights.hashes),
  })
}
