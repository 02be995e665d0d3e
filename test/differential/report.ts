import { excluded } from './random-operation.ts'
import type { DifferentialReport, Difference } from './differential.ts'

export function describeReport(report: DifferentialReport, seed: number, seconds: number): string {
  const { count, lanes, roots, outcomes, bytes, writes, anew, differences } = report
  const share = (part: number) => `${part} (${((100 * part) / Math.max(1, count)).toFixed(1)} %)`
  const list = (tally: Record<string, number>) =>
    Object.entries(tally)
      .sort(([, left], [, right]) => right - left)
      .map(([name, times]) => `${name} ${times}`)
      .join(', ')
  const sum = Object.values(writes).reduce((total, each) => total + each, 0)
  return [
    ...differences.map(describeDifference),
    `${count} operations, seed ${seed}, ${(bytes / 1e6).toFixed(1)} MB of answers, ${seconds.toFixed(0)} s`,
    `fast path: compiled ${share(lanes.compiled)}, fell back while running ${share(lanes.threw)}, full pipeline ${share(lanes.ordinary)}`,
    `fields of the root: ${list(roots)}`,
    `answers: ${list(outcomes)}`,
    `${sum} writes in between: ${list(writes)}`,
    `graphs beside the keeper's: ${anew.loaded} loaded anew, ${anew.read} read from a file`,
    `left out: ${Object.entries(excluded).map(([path, reason]) => `${path} ${reason}`).join('; ')}`,
    `${differences.length} differences`,
  ].join('\n') // prettier-ignore
}

export function describeDifference({ operation, answers, at, graph, logged }: Difference): string {
  const shown = (body: string | null) => (body === null ? '–' : body.length > 4000 ? `${body.slice(0, 4000)}…` : body)
  return [
    `── difference at operation ${at}; the graph in memory is ${graph}; fast lane: ${answers.lane}`,
    operation.text,
    `variables: ${JSON.stringify(operation.variables)}`,
    `compiled:     ${shown(answers.compiled)}`,
    `memory:       ${shown(answers.memory)}`,
    ...(answers.memoryAgain === answers.memory ? [] : [`memory again: ${shown(answers.memoryAgain)}`]),
    `database:     ${shown(answers.database)}`,
    ...(answers.databaseAgain === answers.database ? [] : [`database again: ${shown(answers.databaseAgain)}`]),
    ...(answers.database.includes('INTERNAL') ? [`logged: ${shown(logged)}`] : []),
    '',
  ].join('\n')
} // prettier-ignore
