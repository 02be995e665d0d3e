import { userInfo } from 'node:os'
import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import type { CommandAction, CommandContext } from './commands/command-context.ts'
import { deploySchemaCommand } from './commands/db-deploy.ts'
import { describeError, exitCodeOf, exitCodes } from './commands/exit-codes.ts'
import { importWordNetCommand } from './commands/import-wordnet.ts'
import { createServeCommand } from './commands/serve.ts'
import { loadSettings } from './config.ts'
import { chooseLogFormat, createLog } from './log.ts'

/**
 * The command line: reads the arguments, runs one command, and says how it went by its exit code (0 done, 1 failed,
 * 2 usage or settings, 3 refused, 4 busy, 5 unknown). Ctrl-C stops a command gracefully, a second one at once.
 *
 * @param args what stands after `kb`.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const controller = new AbortController()
  const stop = () => {
    if (controller.signal.aborted) process.exit(exitCodes.failed)
    controller.abort()
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  let exitCode: number = exitCodes.done
  const context = createContext(controller.signal)
  const program = createProgram((action, options) =>
    action(context, options).then((code) => void (exitCode = code)),
  )
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already written its own message; help and version are no mistakes.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
    process.stderr.write(`${describeError(error)}\n`)
    return exitCodeOf(error)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

type RunAction = <Options>(action: CommandAction<Options>, options: Options) => Promise<void>

function createProgram(run: RunAction): Command {
  const program = new Command('kb')
    .description('Knowledge backbone: serves a knowledge graph over GraphQL and keeps it in order.')
    .version(packageJson.version)
    .exitOverride()
    .showHelpAfterError('Run with --help to see how it is used.')
    .addHelpText(
      'after',
      '\nSettings are environment variables; .env.example lists them. Without DATABASE_URL or POSTGRES_URL an embedded\n' +
        'database is used. Exit codes: 0 done, 1 failed and rolled back, 2 wrong usage or settings, 3 refused, 4 busy,\n' +
        '5 outcome unknown (run again).',
    )
  program
    .command('serve')
    .description('answer GraphQL at HOST:PORT until stopped')
    .action(async (options: object) => {
      // Only the server needs GraphQL: other commands start without it.
      const { startServer } = await import('./server.ts')
      await run(createServeCommand(startServer), options)
    })
  program
    .command('db')
    .description('the database itself')
    .command('deploy')
    .description('apply the pending schema migrations; the server does that to the embedded database alone')
    .option('--json', 'print what was applied as JSON on standard output')
    .action((options: { json?: boolean }) => run(deploySchemaCommand, options))
  const imports = program.command('import').description('load a data set into the graph')
  imports
    .command('wordnet')
    .description('WordNet 3.1: 117,791 entities, 350,600 edges; run again, it changes nothing')
    .option('--json', 'print the structured summary as JSON on standard output')
    .action((options: { json?: boolean }) => run(importWordNetCommand, options))
  return program
}

function createContext(signal: AbortSignal): CommandContext {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
    actor: `cli:${userName()}`,
    loadSettings: () => loadSettings(process.env),
    createLog: (settings) =>
      createLog({
        level: settings.logLevel,
        ...chooseLogFormat(settings.production, process.stderr, process.env),
      }),
  }
}

/** In a container the user may have no entry in the password file. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}
