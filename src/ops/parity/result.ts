import type { Difference, Finding } from '../run/summary.ts'
import type { TableParity } from './table-parity.ts'

/** How many differences are listed; the totals by table are always complete. */
export const listedDifferences = 1000

export interface ParityLedger {
  readonly tables: TableParity[]
  readonly differences: Difference[]
  readonly findings: Finding[]
}

export function createParityLedger(): ParityLedger {
  return { tables: [], differences: [], findings: [] }
}

export type TableTotals = Pick<
  TableParity,
  'table' | 'leftCount' | 'rightCount' | 'onlyLeft' | 'onlyRight' | 'different' | 'leftHash' | 'rightHash'
>

export function noteTable(ledger: ParityLedger, totals: TableTotals): void {
  const isSame = totals.leftHash === totals.rightHash
  ledger.tables.push({ ...totals, status: isSame ? 'PASS' : 'FAIL' })
  if (isSame) return
  const { table, leftCount, rightCount, onlyLeft, onlyRight, different } = totals
  ledger.findings.push({
    code: 'parity.table-differs',
    severity: 'error',
    subject: table,
    message:
      `${table} differs: ${leftCount} rows on the left, ${rightCount} on the right; ${different} differ, ` +
      `${onlyLeft} are only on the left, ${onlyRight} only on the right.`,
  })
}

export function roomFor(ledger: ParityLedger): number {
  return Math.max(0, listedDifferences - ledger.differences.length)
}

const sentences = {
  ADDED: 'is only on the right',
  REMOVED: 'is only on the left',
  CHANGED: 'differs',
} as const

export function toFinding({ operation, subjectType, subjectKey, patch }: Difference): Finding {
  const pointers = [...new Set(patch.map(({ path }) => String(path)))].filter((path) => path !== '')
  const shown = pointers.length > 5 ? [...pointers.slice(0, 5), '…'] : pointers
  const where = operation === 'CHANGED' && shown.length > 0 ? ` at ${shown.join(', ')}` : ''
  return {
    code: 'parity.row-differs',
    severity: 'error',
    subject: subjectKey,
    message: `${subjectType} ${subjectKey} ${sentences[operation]}${where}.`,
  }
}
