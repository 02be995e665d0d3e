import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FaultStep, Runner, RunEnd, RunRequest } from './runner.ts'

const program = fileURLToPath(new URL('./child.ts', import.meta.url))

function start(runner: Runner, request: RunRequest, stopAt?: FaultStep) {
  const { onStep: _, ...plain } = request
  const child = spawn(process.execPath, [program, runner.name, JSON.stringify(plain)], {
    env: { PATH: process.env['PATH'], ...(stopAt === undefined ? {} : { KB_FAULT_STOP_AT: stopAt }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
  return { child, said, closed: once(child, 'close') }
}

/** Runs a migration in a process of its own. */
export async function runInChild(runner: Runner, request: RunRequest): Promise<RunEnd> {
  const { said, closed } = start(runner, request)
  await closed
  const line = said.stdout.trim().split('\n').at(-1)
  if (!line?.startsWith('{')) throw new Error(`The process said nothing: ${said.stderr}`)
  return JSON.parse(line) as RunEnd
}

/** Runs it in a process that is killed (SIGKILL) when it reaches a step. @returns false if it ended without reaching it */
export async function killAt(runner: Runner, request: RunRequest, step: FaultStep): Promise<boolean> {
  const { child, said, closed } = start(runner, request, step)
  child.stdout.on('data', () => {
    if (said.stdout.includes(`at ${step}\n`)) child.kill('SIGKILL')
  })
  const [, signal] = (await closed) as [number | null, NodeJS.Signals | null]
  return signal === 'SIGKILL'
}
