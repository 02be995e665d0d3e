import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContenderName } from './contender-name.ts'
import { takeTimings, type Timings } from './contenders/answer-timings.ts'

/** A contender that listens, in a process of its own. */
export interface ContenderProcess {
  readonly name: ContenderName
  readonly url: string
  readonly pid: number
  /** With which an administrator signs in to one of ours. */
  readonly password: string
  /** How long each answer took inside the process since this was last asked; of our own contenders alone. */
  takeTimings(): Promise<Timings>
  stop(): Promise<void>
}

/** Longer than any of them takes to start on a busy machine. */
const startMs = 60_000

/**
 * Start a contender in production mode on a free port. Its environment is `settings` and nothing of the caller's.
 *
 * @throws Error that carries what the process printed, where it does not listen within a minute
 */
export async function startContender(
  name: ContenderName,
  settings: Readonly<Record<string, string>>,
): Promise<ContenderProcess> {
  const file = join(import.meta.dirname, 'contenders', `${name}.ts`)
  const password = randomBytes(18).toString('base64')
  const child = spawn(process.execPath, ['--max-semi-space-size=8', file], {
    env: { NODE_ENV: 'production', ADMIN_PASSWORD: password, ...settings },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  let errors = ''
  child.stderr!.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)))
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.stdin!.end()
    if (await Promise.race([ended, sleep(5000, null, { ref: false })])) return
    child.kill('SIGKILL')
    await ended
  }
  const lines = createInterface(child.stdout!)
  const firstLine = once(lines, 'line').then(([line]) => String(line))
  const url = await Promise.race([firstLine, ended.then(() => null), sleep(startMs, null, { ref: false })])
  if (url === null) {
    await stop()
    throw new Error(`The contender ${name} does not start:\n${errors.trim()}`)
  }
  child.stdout!.resume()
  return {
    name,
    url,
    pid: child.pid!,
    password,
    async takeTimings() {
      const answered = once(child, 'message')
      child.send(takeTimings)
      const [timings] = (await answered) as [Timings]
      return timings
    },
    stop,
  }
}
