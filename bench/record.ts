import { readFile, writeFile } from 'node:fs/promises'
import { ratioTable, resultTable, type BenchReport } from './report.ts'

const opening = '<!-- recorded by `npm run bench -- --record`; do not edit -->'
const closing = '<!-- end of the record -->'

/**
 * Write a run between the markers of a document.
 *
 * @throws Error where the document lacks the markers
 */
export async function recordReport(file: string, report: BenchReport, date: Date): Promise<void> {
  await writeFile(file, withRecord(await readFile(file, 'utf8'), report, date))
}

/** The document with what stood between its markers replaced. */
export function withRecord(text: string, report: BenchReport, date: Date): string {
  const start = text.indexOf(opening)
  const end = text.indexOf(closing)
  if (start === -1 || end < start)
    throw new Error(`The document has no place for the record; give it the two lines\n${opening}\n${closing}`)
  return `${text.slice(0, start + opening.length)}\n\n${recordOf(report, date)}\n\n${text.slice(end)}`
}

function recordOf({ machine, versions, results, ratios }: BenchReport, date: Date): string {
  const rounds = Math.min(...results.map((result) => result.rounds.length))
  return [
    `Measured on ${date.toISOString().slice(0, 10)}, medians of ${rounds} interleaved rounds, on one machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load before the run ${machine.loadBefore}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    'The figures are of that machine, where the contender, PostgreSQL and the load generator share the cores. Read the ratios, and measure on your own.',
    ratioTable(ratios),
    resultTable(results),
  ].join('\n\n')
}
