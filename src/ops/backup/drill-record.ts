import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { OperationSummary } from '../run/summary.ts'
import type { DrillReport } from './drill-report.ts'

const begin = '<!-- drill record: written by `kb neon backup-restore-drill --record`, not by hand -->'
const end = '<!-- end of the drill record -->'

/**
 * Writes the section "Latest drill record" of a Markdown file: replaces the previous one, else appends it,
 * else creates the file.
 */
export async function writeDrillRecord(path: string, summary: OperationSummary): Promise<void> {
  // Keep formatters away from the record.
  const section = [
    begin,
    '<!-- prettier-ignore-start -->',
    '',
    ...recordLines(summary),
    '',
    '<!-- prettier-ignore-end -->',
    end,
  ].join('\n')
  const before = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  const text =
    from >= 0 && to > from
      ? before.slice(0, from) + section + before.slice(to + end.length)
      : `${before.trimEnd()}${before.trim() === '' ? '' : '\n\n'}${section}\n`
  await mkdir(dirname(path), { recursive: true })
  await writeFileAtomic(path, text)
}

function recordLines(summary: OperationSummary): string[] {
  const report = summary.report as unknown as DrillReport
  const { artifact, graphHash, contentHash } = report
  const rows = report.tables
    .filter(({ leftCount, rightCount }) => leftCount + rightCount > 0)
    .map(
      ({ table, leftCount, rightCount, status }) =>
        `| \`${table}\` | ${leftCount} | ${rightCount} | ${status} |`,
    )
  return [
    '## Latest drill record',
    '',
    `- Window: ${summary.startedAt} to ${summary.finishedAt}`,
    `- Outcome: ${summary.outcome ?? 'none'}, by ${summary.actor}`,
    `- Source: database \`${summary.target?.database ?? 'unknown'}\` (${summary.target?.environment ?? 'unmarked'})`,
    `- Backup: \`${artifact.id}\`, ${artifact.byteSize} bytes in ${report.exportSeconds} s, schema ${artifact.schemaVersion}`,
    `- Recovery time: ${report.recoveryTimeSeconds === null ? 'not restored' : `${report.recoveryTimeSeconds} s`}; recovery point: ${report.recoveryPointSeconds} s`,
    `- Compared: ${report.tables.length} tables, ${report.sequences} sequences, ${report.schemaObjects} schema objects`,
    ...(graphHash === null
      ? []
      : [`- Graph hash: backup \`${graphHash.backup}\`, restored \`${graphHash.restored}\``]),
    ...(contentHash === null
      ? []
      : [
          `- Content state hash: backup \`${contentHash.backup ?? 'none'}\`, restored \`${contentHash.restored ?? 'none'}\``,
        ]),
    ...summary.findings.map(({ severity, message }) => `- ${severity}: ${message}`),
    ...(rows.length === 0
      ? []
      : ['', '| Table | Rows backed up | Rows restored | Status |', '| --- | --- | --- | --- |', ...rows]),
  ]
}
