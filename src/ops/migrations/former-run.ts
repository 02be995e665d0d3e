import { lastApplied, type LedgerEntry } from '../../database/operations/ledger.ts'
import { isJsonObject } from '../../domain/json/value.ts'
import type { MigrationDefinition } from './migration-definition.ts'

/**
 * The ledger row that makes a migration count as applied, or null. A repeatable migration no longer counts
 * once another migration or a rollback may have written its tables.
 */
export function formerRun(
  ledger: readonly LedgerEntry[],
  { name, isRepeatable, writes }: Pick<MigrationDefinition, 'name' | 'isRepeatable' | 'writes'>,
): LedgerEntry | null {
  const former = lastApplied(ledger, name)
  if (former === null || !isRepeatable) return former
  const later = ledger.slice(ledger.indexOf(former) + 1).filter(({ mode }) => mode === 'APPLY')
  return later.some((entry) => mayHaveWritten(entry, writes)) ? null : former
}

function mayHaveWritten({ counts }: LedgerEntry, tables: readonly string[]): boolean {
  const counted = Object.entries(counts)
  if (counted.length === 0) return true
  return counted.some(
    ([table, count]) =>
      tables.includes(table) &&
      isJsonObject(count) &&
      ['inserted', 'updated', 'deleted'].some((kind) => count[kind] !== 0),
  )
}
