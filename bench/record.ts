import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { chartsOf } from './charts/charts-of.ts'
import { tablesOf, type BenchReport } from './report.ts'

const opening = '<!-- recorded by `npm run bench -- --record`; do not edit -->'
const closing = '<!-- end of the record -->'

/**
 * Write a run between the markers of a document, `x.md`, and its charts into the folder `x` beside it.
 *
 * @throws Error where the document lacks the markers
 */
export async function recordReport(file: string, report: BenchReport, date: Date): Promise<void> {
  const folder = file.replace(/\.md$/, '')
  const written = withRecord(await readFile(file, 'utf8'), report, date, basename(folder))
  await mkdir(folder, { recursive: true })
  for (const [name, chart] of chartsOf(report)) await writeFile(join(folder, name), chart)
  await writeFile(file, written)
}

/**
 * The document with what stood between its markers replaced.
 *
 * @param folder where the charts are, from the document
 */
export function withRecord(text: string, report: BenchReport, date: Date, folder: string): string {
  return replaceBetween(text, { opening, closing }, recordOf(report, date, folder))
}

/** @throws Error where the text lacks the lines */
export function replaceBetween(
  text: string,
  { opening, closing }: { readonly opening: string; readonly closing: string },
  record: string,
): string {
  const start = text.indexOf(opening)
  const end = text.indexOf(closing)
  if (start === -1 || end < start)
    throw new Error(`The document has no place for the record; give it the two lines\n${opening}\n${closing}`)
  return `${text.slice(0, start + opening.length)}\n\n${record}\n\n${text.slice(end)}`
}

function recordOf(report: BenchReport, date: Date, folder: string): string {
  const { machine, versions, results, whole } = report
  const rounds = Math.min(...[...results, ...whole].map((result) => result.rounds.length))
  const charts = [...chartsOf(report).keys()].map((name) => `![${altOf(name)}](${folder}/${name})`)
  return [
    `Measured on ${date.toISOString().slice(0, 10)}, medians of ${rounds} interleaved rounds, on one machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load before the run ${machine.loadBefore}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    'The figures are of that machine, where the contender, PostgreSQL and the load generator share the cores. Read the ratios, and measure on your own.',
    ...charts,
    ...tablesOf(report),
  ].join('\n\n')
}

const altOf = (name: string) => `Chart: ${name.replace('.svg', '').replaceAll('-', ' ')}`
