import type { ClientBase, Pool } from 'pg'
import {
  hashLedgerEntry,
  lastApplied,
  readLedger,
  readLedgerHead,
  type LedgerEntry,
  type LedgerHead,
} from '../../database/operations/ledger.ts'
import { AppError } from '../../errors.ts'
import type { Finding } from '../run/summary.ts'

export interface KnownMigration {
  readonly name: string
  readonly checksum: string
  /** May be applied repeatedly and may change in between. */
  readonly isRepeatable: boolean
}

export const rollbackEntry = { name: 'rollback' } as const
export const redactionEntry = { name: 'redaction' } as const
const otherEntries: ReadonlySet<string> = new Set([rollbackEntry.name, redactionEntry.name])

/**
 * Recomputes the ledger's hash chain and compares it with its head and this build's migrations.
 * @returns every fault: edited, deleted (also at the end), moved or inserted rows, changed files, unknown
 * migrations
 */
export async function verifyLedger(
  client: ClientBase | Pool,
  known: readonly KnownMigration[],
): Promise<{ readonly faults: readonly Finding[]; readonly ledger: readonly LedgerEntry[] }> {
  const ledger = await readLedger(client)
  const head = await readLedgerHead(client)
  return { ledger, faults: [...chainFaults(ledger, head), ...knownFaults(ledger, known)] }
}

export function chainFaults(ledger: readonly LedgerEntry[], head: LedgerHead | null): Finding[] {
  const faults: Finding[] = []
  const idByHash = new Map(ledger.map(({ id, hash }) => [hash, id]))
  let before: LedgerEntry | null = null
  for (const entry of ledger) {
    const { id, name } = entry
    if (!fitsItsHash(entry)) {
      faults.push(
        fault(
          'row-edited',
          id,
          `Row ${id} (${name}) was changed after it was written: its hash does not match.`,
        ),
      )
    }
    if (entry.previousHash !== (before?.hash ?? null)) {
      faults.push(linkFault(entry, before, idByHash))
    }
    before = entry
  }
  return [...faults, ...headFaults(ledger, head)]
}

/** Without a canonical form, for example an overflowing number: not written by this program. */
function fitsItsHash(entry: LedgerEntry): boolean {
  try {
    return hashLedgerEntry(entry) === entry.hash
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

function linkFault(
  entry: LedgerEntry,
  before: LedgerEntry | null,
  idByHash: ReadonlyMap<string, string>,
): Finding {
  const { id, name, previousHash } = entry
  const stands = before === null ? 'is now the first' : `now follows row ${before.id}`
  if (previousHash === null) {
    return fault('row-moved', id, `Row ${id} (${name}) was written as the first but ${stands}.`)
  }
  const wanted = idByHash.get(previousHash)
  return wanted === undefined
    ? fault(
        'row-missing',
        id,
        `The row before row ${id} (${name}) is missing or was edited: row ${id} ${stands}.`,
      )
    : fault('row-moved', id, `Row ${id} (${name}) was written after row ${wanted} but ${stands}.`)
}

function headFaults(ledger: readonly LedgerEntry[], head: LedgerHead | null): Finding[] {
  if (head === null)
    return [
      fault('head-missing', 'admin_ledger_head', 'The head of the ledger (admin_ledger_head) is missing.'),
    ]
  const last = ledger.at(-1)
  const faults: Finding[] = []
  if (head.entries !== ledger.length) {
    const [code, what] =
      head.entries > ledger.length ? ['row-missing', 'missing'] : ['row-inserted', 'too many']
    const difference = Math.abs(head.entries - ledger.length)
    faults.push(
      fault(
        code,
        'admin_ledger_head',
        `The ledger has ${ledger.length} rows, but its head counts ${head.entries}: ${difference} ${what}.`,
      ),
    )
  }
  if (head.hash !== (last?.hash ?? null)) {
    const end = last === undefined ? 'there is no row' : `the last one is row ${last.id} (${last.name})`
    faults.push(
      fault(
        'end-changed',
        last?.id ?? 'admin_ledger_head',
        `The ledger does not end with the row named by its head: ${end}.`,
      ),
    )
  }
  return faults
}

/** Only applied rows count: the dry run of a draft commits to nothing. */
function knownFaults(ledger: readonly LedgerEntry[], known: readonly KnownMigration[]): Finding[] {
  const faults: Finding[] = []
  const byName = new Map(known.map((migration) => [migration.name, migration]))
  for (const name of new Set(ledger.filter(({ mode }) => mode === 'APPLY').map((entry) => entry.name))) {
    if (otherEntries.has(name)) continue
    const migration = byName.get(name)
    const applied = lastApplied(ledger, name) as LedgerEntry
    if (migration === undefined) {
      faults.push(
        fault(
          'unknown-migration',
          name,
          `Row ${applied.id} applied ${name}, which this build does not know. Use a build that has it.`,
        ),
      )
    } else if (!migration.isRepeatable && migration.checksum !== applied.checksum) {
      faults.push(
        fault(
          'file-changed',
          name,
          `The file of ${name} was changed after it was applied (row ${applied.id}). Restore it from version control; a correction is a new migration.`,
        ),
      )
    }
  }
  return faults
}

function fault(code: string, subject: string, message: string): Finding {
  return { code: `ledger.${code}`, severity: 'error', subject, message }
}
