import type { Writable } from 'node:stream'
import cliProgress from 'cli-progress'
import type { Progress } from '../../ops/run/progress.ts'

/** A progress bar on a terminal, a line every few seconds elsewhere, nothing for quick work. */
export interface ProgressBar {
  readonly update: Progress
  stop(): void
}

const linesEveryMs = 3000
const steps = 1000

export function createProgressBar(
  stream: Writable & { readonly isTTY?: boolean },
  title: string,
): ProgressBar {
  return stream.isTTY === true ? createBar(stream, title) : createLines(stream, title)
}

function createBar(stream: Writable, title: string): ProgressBar {
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${title} {bar} {percentage} %  {label} {count}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
  })
  let isStarted = false
  return {
    update({ label, rows, share }) {
      const payload = { label, count: rows.toLocaleString('en-US') }
      if (!isStarted) bar.start(steps, 0, payload)
      isStarted = true
      bar.update(Math.round(share * steps), payload)
    },
    stop: () => bar.stop(),
  }
}

/** For CI logs: prints only what changed since the last line. */
function createLines(stream: Writable, title: string): ProgressBar {
  let line = ''
  let told = ''
  const timer = setInterval(() => {
    if (line !== told) stream.write(`${line}\n`)
    told = line
  }, linesEveryMs)
  timer.unref()
  return {
    update({ label, rows, share }) {
      line = `${title} ${Math.round(share * 100)} %  ${label} ${rows.toLocaleString('en-US')}`
    },
    stop: () => clearInterval(timer),
  }
}
