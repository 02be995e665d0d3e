import type { CheckReport, Finding } from '../run/summary.ts'
import type { DrillReport } from './drill-report.ts'

const checksByCode: readonly (readonly [name: string, codes: RegExp])[] = [
  ['files', /^backup\.|\.manifest-replaced$/],
  ['schema', /^drill\.(schema-|table-missing|columns-differ)/],
  ['rows', /^drill\.(rows-differ|restore-failed)$/],
  ['sequences', /^drill\.sequence-/],
  ['graph hash', /^drill\.graph-hash/],
  ['content state hash', /^drill\.content-hash/],
]

/** The checks of a drill, one line each; steps that were not reached are SKIPPED. */
export function listDrillChecks(
  report: Omit<DrillReport, 'checks'>,
  findings: readonly Finding[],
): CheckReport[] {
  const { artifact, exportSeconds, recoveryTimeSeconds, recoveryPointSeconds, graphHash, contentHash } =
    report
  const facts: Readonly<Record<string, string>> = {
    files: `${artifact.byteSize.toLocaleString('en-US')} bytes in ${exportSeconds} s: ${artifact.id}`,
    schema: `${report.schemaObjects} columns, constraints, indexes, triggers, functions`,
    rows: `${report.tables.length} tables`,
    sequences: `${report.sequences}`,
    'graph hash': graphHash === null ? '' : `${graphHash.backup} → ${graphHash.restored}`,
    'content state hash':
      contentHash === null ? '' : `${contentHash.backup ?? 'none'} → ${contentHash.restored ?? 'none'}`,
  }
  const isRestored = graphHash !== null
  const checks = checksByCode.map(([name, codes]): CheckReport => {
    const against = findings.filter(({ code }) => codes.test(code))
    const isFailed = against.some(({ severity }) => severity === 'error')
    const open = isRestored || name === 'files' ? 'PASS' : 'SKIPPED'
    const status = isFailed ? 'FAIL' : against.length > 0 ? 'WARN' : open
    return { name, status, detail: facts[name] ?? null, expected: null, actual: null, durationMs: null }
  })
  const recovery: CheckReport = {
    name: 'recovery',
    status: isRestored ? 'PASS' : 'SKIPPED',
    detail: `time ${recoveryTimeSeconds ?? '–'} s, point ${recoveryPointSeconds} s`,
    expected: null,
    actual: null,
    durationMs: recoveryTimeSeconds === null ? null : Math.round(recoveryTimeSeconds * 1000),
  }
  return [...checks, recovery]
}
