import type { Writable } from 'node:stream'
import cliProgress from 'cli-progress'
import type { Progress } from '../ops/progress.ts'

/** A progress bar on a terminal, a line every few seconds elsewhere. */
export interface ProgressBar {
  readonly update: Progress
  /** Leaves the last line standing. */
  stop(): void
}

const linesEveryMs = 3000
const steps = 1000

/** @param stream standard error: standard output belongs to the summary. */
export function createProgressBar(stream: Writable, title: string): ProgressBar {
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${title} {bar} {percentage} %  {label} {count}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: linesEveryMs,
  })
  bar.start(steps, 0, { label: '', count: '' })
  return {
    update: ({ label, rows, share }) => {
      bar.update(Math.round(share * steps), { label, count: rows.toLocaleString('en-US') })
    },
    stop: () => bar.stop(),
  }
}
