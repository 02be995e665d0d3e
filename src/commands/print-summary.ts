import type { Writable } from 'node:stream'
import type { OperationSummary } from '../ops/operation-summary.ts'

/** The summary of an operation on standard output: as one JSON document, or as a table for a reader. */
export function printSummary(stdout: Writable, summary: OperationSummary, asJson: boolean): void {
  stdout.write(asJson ? `${JSON.stringify(summary, null, 2)}\n` : toText(summary))
}

function toText(summary: OperationSummary): string {
  const { operation, name, status, startedAt, finishedAt, counts, payloadHash, findings, warnings } = summary
  const seconds = ((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1)
  const columns = ['inserted', 'updated', 'deleted', 'unchanged', 'after'] as const
  const tables = Object.keys(counts.inserted)
  const row = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(30) : cell.padStart(11))).join('')
  const lines = [
    `${operation} ${name}: ${status} in ${seconds} s`,
    ...(tables.length === 0 ? [] : [row(['', ...columns])]),
    ...tables.map((table) => row([table, ...columns.map((column) => number(counts[column][table]))])),
    ...(payloadHash === null ? [] : [`payload ${payloadHash}`]),
    ...findings.map(({ severity, message }) => `${severity}: ${message}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ]
  return `${lines.join('\n')}\n`
}

function number(count: number | undefined): string {
  return count === undefined ? '' : count.toLocaleString('en-US')
}
