import type { Writable } from 'node:stream'
import type { OperationSummary } from '../../ops/run/summary.ts'

export function printSummary(stdout: Writable, summary: OperationSummary, asJson: boolean): void {
  stdout.write(asJson ? `${JSON.stringify(summary, null, 2)}\n` : toText(summary))
}

/** Explains on standard error why an operation did not do its job. */
export function printFailure(stderr: Writable, { findings }: OperationSummary): void {
  for (const { message } of findings.filter(isFailure)) stderr.write(`${message}\n`)
}

function isFailure({ code }: OperationSummary['findings'][number]): boolean {
  return code.startsWith('operation.')
}

const columns = ['inserted', 'updated', 'deleted', 'unchanged', 'before', 'after'] as const
const shownFindings = 50

function toText(summary: OperationSummary): string {
  const { operation, name, mode, startedAt, finishedAt, counts, findings, warnings, report } = summary
  const seconds = ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)
  const isStill = JSON.stringify(counts.before) === JSON.stringify(counts.after)
  const shown = columns.filter(
    (column) => Object.keys(counts[column]).length > 0 && !(isStill && column === 'before'),
  )
  const isWrite = shown.includes('inserted')
  const tables = [...new Set(shown.flatMap((column) => Object.keys(counts[column])))].filter(
    // For writes, skip tables without changes.
    (table) => !isWrite || shown.some((column) => (counts[column][table] ?? 0) > 0),
  )
  const checks = checkLines(report['checks'] ?? report['preconditions'])
  // Skip findings that a check has already reported.
  const told = findings.filter(
    (finding) =>
      !isFailure(finding) && !checks.some((line) => sameWords(line).includes(sameWords(finding.message))),
  )
  const row = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(30) : cell.padStart(11))).join('')
  const hashes = [
    ['payload', summary.payloadHash],
    ['plan', summary.planHash],
    ['result', summary.resultHash],
    ['ledger', summary.ledgerId],
    ['run', summary.runId],
  ] as const
  const lines = [
    `${operation} ${name} (${mode}): ${describeEnd(summary)} in ${seconds} s`,
    ...(tables.length === 0 ? [] : [row(['', ...shown])]),
    ...tables.map((table) => row([table, ...shown.map((column) => number(counts[column][table]))])),
    ...checks,
    ...listLines(report['steps']),
    ...hashes.filter(([, value]) => value !== null).map(([what, value]) => `${what.padEnd(8)}${value}`),
    ...told.slice(0, shownFindings).map(({ severity, subject, message }) => {
      return `${severity}: ${message.includes(subject) ? '' : `${subject}: `}${message}`
    }),
    ...(told.length > shownFindings
      ? [`… and ${told.length - shownFindings} more; --json lists them all.`]
      : []),
    ...warnings.slice(0, shownFindings).map((warning) => `warning: ${warning}`),
    ...(warnings.length > shownFindings
      ? [`… and ${number(warnings.length - shownFindings)} more warnings; --json lists them all.`]
      : []),
    ...(told.length + warnings.length > 1
      ? [`findings: ${number(told.length)}, warnings: ${number(warnings.length)}`]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function sameWords(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}

function describeEnd({ status, outcome, report }: OperationSummary): string {
  if (report['alreadyApplied'] === true) return 'already applied'
  return outcome === null || status !== 'succeeded' ? status : `${outcome}`
}

function checkLines(checks: unknown): string[] {
  if (!Array.isArray(checks)) return []
  return checks.map(
    (check: { status: string; name: string; detail: string | null }) =>
      `${check.status.padEnd(8)}${check.name}${check.detail === null ? '' : `: ${check.detail}`}`,
  )
}

function listLines(steps: unknown): string[] {
  return Array.isArray(steps) ? steps.map((step, at) => `${String(at + 1).padStart(2)}. ${String(step)}`) : []
}

function number(count: number | undefined): string {
  return count === undefined ? '' : count.toLocaleString('en-US')
}
