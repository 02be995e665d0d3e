import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { CommanderError, type Command } from 'commander'
import { createProgram } from '../../src/cli.ts'
import type { CommandContext } from '../../src/commands/base/context.ts'
import { describeError, exitCodeOf, exitCodes } from '../../src/commands/base/exit-codes.ts'
import { loadSettings } from '../../src/config.ts'
import { createLog } from '../../src/log.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'kb.mjs')

export interface EndedCommand {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `kb` as a process of its own, with no variables but the given ones. @param input its standard input */
export async function runKb(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<EndedCommand> {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env['PATH'], ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  child.stdin.on('error', () => {}) // a command that reads nothing closes it
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

/**
 * Runs a command in this process, through the same arguments, actions and exit codes: for tests of many commands, since
 * starting a process takes longer than most of them.
 */
export async function runKbHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<EndedCommand> {
  let stdout = ''
  let stderr = ''
  let code = 0
  const sink = (write: (text: string) => void) =>
    new Writable({ write: (chunk: Buffer, _encoding, done) => (write(chunk.toString()), done()) })
  const context: CommandContext = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: sink((text) => (stdout += text)),
    stderr: sink((text) => (stderr += text)),
    signal: new AbortController().signal,
    actor: 'cli:test',
    environment: env,
    loadSettings: () => loadSettings(env),
    createLog: () => createLog({ level: 'warn', format: 'text', write: (line) => (stderr += line) }),
  }
  const program = createProgram(async (action, options) => {
    code = await action(context, options)
  })
  const output = {
    writeOut: (text: string) => (stdout += text),
    writeErr: (text: string) => (stderr += text),
  }
  const quiet = (command: Command): void => {
    command.configureOutput(output).exitOverride()
    command.commands.forEach(quiet)
  }
  quiet(program)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    else {
      stderr += `${describeError(error)}\n`
      code = exitCodeOf(error)
    }
  }
  return { code, stdout, stderr }
}
